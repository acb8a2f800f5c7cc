package main

import (
	"errors"
	"os"
	"strings"
)

// environment is what files add to the variables of a container.
type environment struct {
	files []string        // environment files in the order of the task definition: the earlier wins
	own   map[string]bool // variables that the container has by itself, which win over every file
}

func (e *environment) set(name, value string) {
	if name == "--env-file" {
		e.files = append(e.files, value)
		return
	}
	if e.own == nil {
		e.own = map[string]bool{}
	}
	e.own[value] = true
}

// load sets the variables of the files for this program, and so for what it starts. It fails if a file cannot be read.
func (e *environment) load() error {
	for index := len(e.files) - 1; index >= 0; index-- {
		content, err := os.ReadFile(e.files[index])
		if err != nil {
			return errors.New("failed to download env files: " + err.Error()) // in ECS's words: kubecs reads them
		}
		for name, value := range variables(string(content)) {
			if e.own[name] {
				continue
			}
			if err := os.Setenv(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// variables reads an environment file as the ECS agent does. A line is NAME=VALUE, of which both parts have to be
// there, and all that follows the first = is the value, quotes and spaces too. Lines that begin with # and lines
// without = are passed over. Of several lines for one name the last holds.
func variables(content string) map[string]string {
	found := map[string]string{}
	for _, line := range strings.Split(content, "\n") {
		line = strings.TrimSuffix(line, "\r")
		name, value, _ := strings.Cut(line, "=")
		if strings.HasPrefix(line, "#") || name == "" || value == "" || strings.Contains(line, "\x00") {
			continue
		}
		found[name] = value
	}
	return found
}
