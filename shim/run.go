package main

import (
	"errors"
	"os"
	"syscall"
	"time"
)

const (
	setSubreaper     = 36 // PR_SET_CHILD_SUBREAPER
	killedBySignalAt = 128
)

func run(o options) int {
	if o.state == "" {
		return o.runNow(outcome{startedAt: time.Now()})
	}
	before, first, err := claim(o.state, time.Now())
	if err != nil {
		return complain(err.Error())
	}
	if first {
		return o.runNow(before)
	}
	if !before.ended() {
		// The last run was cut off together with this program, as by the kernel for want of memory.
		before.finishedAt, before.code = time.Now(), codeKilled
		if o.mayRunAgain(before.code, before.finishedAt.Sub(before.startedAt)) {
			return o.runAgain()
		}
		if err := before.save(o.state); err != nil {
			return complain(err.Error())
		}
	}
	stop := caught()
	before.report()
	waitForSignal(stop)
	return before.code
}

func (o options) runAgain() int {
	again := outcome{startedAt: time.Now()}
	if err := again.save(o.state); err != nil {
		return complain(err.Error())
	}
	return o.runNow(again)
}

// runNow runs the program to its end and settles what became of it.
func (o options) runNow(mine outcome) int {
	for _, each := range o.limits {
		if err := each.apply(); err != nil {
			complain("limit " + each.name + " is not set: " + err.Error())
		}
	}
	if err := o.environment.load(); err != nil {
		return o.settle(mine, codeNotStarted, err)
	}
	path, code, err := find(o.program[0])
	if err != nil {
		return o.settle(mine, code, err)
	}
	if o.state == "" && !o.ignoreExit && !o.init {
		err = syscall.Exec(path, o.program, os.Environ())
		return o.settle(mine, codeNotStarted, err)
	}
	code, err = o.supervise(path)
	return o.settle(mine, code, err)
}

// supervise starts the program and returns its exit code, in the way of shells: 128 and the signal that killed it.
func (o options) supervise(path string) (int, error) {
	if o.init {
		if _, _, number := syscall.RawSyscall(syscall.SYS_PRCTL, setSubreaper, 1, 0); number != 0 {
			complain("orphans are not adopted: " + number.Error())
		}
	}
	signals := caught()
	attributes := &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}}
	pid, err := syscall.ForkExec(path, o.program, attributes)
	if err != nil {
		return codeNotStarted, err
	}
	go forward(signals, pid)
	return reapUntil(pid), nil
}

// reapUntil waits for every child, adopted ones too, until that one has ended.
func reapUntil(pid int) int {
	for {
		var status syscall.WaitStatus
		ended, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR) || ended != pid && err == nil:
			continue
		case err != nil:
			complain("lost sight of the program: " + err.Error())
			return codeNotStarted
		case status.Signaled():
			return killedBySignalAt + int(status.Signal())
		}
		return status.ExitStatus()
	}
}

// settle writes down what became of the run and returns the code that this program ends with.
func (o options) settle(mine outcome, code int, startError error) int {
	mine.finishedAt, mine.code = time.Now(), code
	if startError != nil {
		mine.startError = startError.Error()
		complain(mine.startError)
		mine.report()
	}
	if o.state != "" {
		if err := o.keep(mine); err != nil {
			complain(err.Error())
		}
	}
	if o.ignoreExit && startError == nil {
		mine.report()
		return 0
	}
	return code
}

// keep saves the end of a run, or forgets the run if another may follow.
func (o options) keep(mine outcome) error {
	if mine.startError == "" && o.mayRunAgain(mine.code, mine.finishedAt.Sub(mine.startedAt)) {
		return os.Remove(o.state)
	}
	return mine.save(o.state)
}
