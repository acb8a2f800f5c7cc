// The shim runs inside the containers of a task and does what Kubernetes alone cannot: it lets a container that has
// ended stay ended, passes over an exit code, reaps orphans, and sets limits.
package main

import (
	"os"
	"strings"
)

const usage = `usage:
  shim run [options] -- PROGRAM [ARGUMENT...]
      --once FILE              run once; when started again, only wait. FILE keeps what became of the run
      --restart-after SECONDS  with --once: a run of at least that long may be followed by another
      --restart-not CODE,...   with --once: but not after one of these exit codes
      --ignore-exit            exit with 0; the true code goes to the termination message
      --init                   adopt and reap orphaned processes
      --ulimit NAME=SOFT:HARD  set a limit, as far as the hard limit of the container allows (-1: no limit)
      --env-file FILE          set the variables of an environment file; may be repeated, the earlier file wins
      --env-keep NAME          but not this one, which the container has by itself
  shim check FILE -- PROGRAM [ARGUMENT...]   a probe of a container that runs with --once FILE
  shim hold                                  wait for a signal
  shim install FILE                          copy this program
`

const (
	codeUsage      = 125 // as in Docker: the wrapper itself failed
	codeNotStarted = 126
	codeNotFound   = 127
	codeKilled     = 137
)

func main() {
	os.Exit(dispatch(os.Args[1:]))
}

func dispatch(arguments []string) int {
	if len(arguments) == 0 {
		return complain(usage)
	}
	rest := arguments[1:]
	switch arguments[0] {
	case "run":
		options, err := parse(rest)
		if err != nil {
			return complain(err.Error() + "\n" + usage)
		}
		return run(options)
	case "check":
		if len(rest) < 3 || rest[1] != "--" {
			return complain(usage)
		}
		return check(rest[0], rest[2:])
	case "hold":
		waitForSignal(caught())
		return 0
	case "install":
		if len(rest) != 1 {
			return complain(usage)
		}
		return install(rest[0])
	}
	return complain(usage)
}

func complain(text string) int {
	os.Stderr.WriteString("shim: " + strings.TrimSuffix(text, "\n") + "\n")
	return codeUsage
}
