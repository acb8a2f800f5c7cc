package main

import (
	"errors"
	"io/fs"
	"os/exec"
)

// find looks for a program as the container runtime would: in PATH, whatever is in there. The code is that of a shell
// where there is none.
func find(program string) (path string, code int, err error) {
	path, err = exec.LookPath(program)
	switch {
	case err == nil || errors.Is(err, exec.ErrDot): // Go mistrusts a PATH with the working directory in it
		return path, 0, nil
	case errors.Is(err, fs.ErrPermission):
		return path, codeNotStarted, err
	}
	return path, codeNotFound, err
}
