package main

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

var terminationLog = "/dev/termination-log"

// outcome is what became of a run. It is kept as lines of `name value`, so that nothing but this program reads it.
type outcome struct {
	startedAt  time.Time
	finishedAt time.Time // zero while it runs, or when nobody saw its end
	code       int
	startError string // why the program could not be started
}

func (o outcome) ended() bool {
	return !o.finishedAt.IsZero()
}

// claim creates the state file of a first run. It is false, with what the file says, if there was a run before.
func claim(path string, at time.Time) (outcome, bool, error) {
	mine, fresh := outcome{startedAt: at}, path+".new"
	if err := os.WriteFile(fresh, []byte(mine.lines()), 0o644); err != nil {
		return outcome{}, false, err
	}
	defer os.Remove(fresh)
	err := os.Link(fresh, path) // whole or not at all, and only where there is none
	if errors.Is(err, fs.ErrExist) {
		before, err := load(path)
		return before, false, err
	}
	return mine, true, err
}

func load(path string) (outcome, error) {
	content, err := os.ReadFile(path)
	read := outcome{}
	for _, line := range strings.Split(string(content), "\n") {
		name, value, _ := strings.Cut(line, " ")
		switch name {
		case "startedAt":
			read.startedAt, _ = time.Parse(time.RFC3339Nano, value)
		case "finishedAt":
			read.finishedAt, _ = time.Parse(time.RFC3339Nano, value)
		case "code":
			read.code, _ = strconv.Atoi(value)
		case "startError":
			read.startError = value
		}
	}
	return read, err
}

// save replaces the file at once: nobody ever reads half of it.
func (o outcome) save(path string) error {
	fresh := path + ".new"
	if err := os.WriteFile(fresh, []byte(o.lines()), 0o644); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

func (o outcome) lines() string {
	text := "startedAt " + o.startedAt.UTC().Format(time.RFC3339Nano) + "\n"
	if !o.ended() {
		return text
	}
	text += "finishedAt " + o.finishedAt.UTC().Format(time.RFC3339Nano) + "\ncode " + strconv.Itoa(o.code) + "\n"
	if o.startError != "" {
		text += "startError " + strings.ReplaceAll(o.startError, "\n", " ") + "\n"
	}
	return text
}

// report writes the outcome where the kubelet reads a container's termination message, for kubecs to find it there.
func (o outcome) report() {
	members := `"startedAt":` + quote(o.startedAt.UTC().Format(time.RFC3339))
	members += `,"finishedAt":` + quote(o.finishedAt.UTC().Format(time.RFC3339))
	members += `,"exitCode":` + strconv.Itoa(o.code)
	if o.startError != "" {
		members += `,"startError":` + quote(o.startError)
	}
	file, err := os.OpenFile(terminationLog, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		complain("no termination message: " + err.Error())
		return
	}
	defer file.Close()
	if _, err := file.WriteString(`{"kubecs":{` + members + "}}"); err != nil {
		complain("no termination message: " + err.Error())
	}
}

// quote makes a JSON string; encoding/json would double the size of this program.
func quote(text string) string {
	var quoted strings.Builder
	quoted.WriteByte('"')
	for _, char := range strings.ToValidUTF8(text, "?") {
		switch {
		case char == '"' || char == '\\':
			quoted.WriteByte('\\')
			quoted.WriteRune(char)
		case char < ' ':
			quoted.WriteByte(' ')
		default:
			quoted.WriteRune(char)
		}
	}
	quoted.WriteByte('"')
	return quoted.String()
}
