package main

import (
	"io"
	"os"
)

// install copies this program to a path, whole or not at all.
func install(target string) int {
	if err := copyTo(target); err != nil {
		return complain(err.Error())
	}
	return 0
}

func copyTo(target string) error {
	source, err := os.Open("/proc/self/exe")
	if err != nil {
		return err
	}
	defer source.Close()
	fresh, err := os.OpenFile(target+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o555)
	if err != nil {
		return err
	}
	_, err = io.Copy(fresh, source)
	if closed := fresh.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(fresh.Name(), target)
}
