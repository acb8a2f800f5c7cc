package main

import (
	"os"
	"syscall"
)

const healthySuffix = ".healthy"

// check is a probe: the program's own answer while the container's run lasts. After that, when the container only
// waits, it says what the program said last: whether the container was ever healthy.
func check(state string, program []string) int {
	healthy := state + healthySuffix
	found, err := load(state)
	if err == nil && found.ended() {
		if _, err := os.Stat(healthy); err != nil {
			return 1
		}
		return 0
	}
	path, code, err := find(program[0])
	if err != nil {
		complain(err.Error())
		return code
	}
	attributes := &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}}
	pid, err := syscall.ForkExec(path, program, attributes)
	if err != nil {
		complain(err.Error())
		return codeNotStarted
	}
	code = reapUntil(pid)
	if code == 0 {
		if err := os.WriteFile(healthy, nil, 0o644); err != nil {
			complain(err.Error())
		}
	}
	return code
}
