package main

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// options are those of `shim run`.
type options struct {
	state        string        // where --once keeps what became of the run; empty: every start is a run
	restarts     bool          // whether a run may be followed by another
	restartAfter time.Duration // if it took at least this long
	restartNot   map[int]bool  // and did not end with one of these codes
	ignoreExit   bool
	init         bool
	limits       []limit
	environment  environment
	program      []string
}

func parse(arguments []string) (options, error) {
	parsed := options{restartNot: map[int]bool{}}
	for index := 0; index < len(arguments); index++ {
		name := arguments[index]
		switch name {
		case "--":
			parsed.program = arguments[index+1:]
			if len(parsed.program) == 0 {
				return parsed, errors.New("no program after --")
			}
			return parsed, nil
		case "--ignore-exit":
			parsed.ignoreExit = true
			continue
		case "--init":
			parsed.init = true
			continue
		}
		index++
		if index == len(arguments) {
			return parsed, errors.New(name + " needs a value, or is unknown")
		}
		if err := parsed.set(name, arguments[index]); err != nil {
			return parsed, err
		}
	}
	return parsed, errors.New("no -- before the program")
}

func (o *options) set(name, value string) error {
	switch name {
	case "--once":
		o.state = value
	case "--restart-after":
		seconds, err := strconv.Atoi(value)
		if err != nil {
			return errors.New(name + ": " + value + " is no number of seconds")
		}
		o.restarts, o.restartAfter = true, time.Duration(seconds)*time.Second
	case "--restart-not":
		for _, text := range strings.Split(value, ",") {
			code, err := strconv.Atoi(text)
			if err != nil {
				return errors.New(name + ": " + text + " is no exit code")
			}
			o.restartNot[code] = true
		}
	case "--env-file", "--env-keep":
		o.environment.set(name, value)
	case "--ulimit":
		parsed, err := parseLimit(value)
		if err != nil {
			return err
		}
		o.limits = append(o.limits, parsed)
	default:
		return errors.New("unknown option " + name)
	}
	return nil
}

// mayRunAgain says whether a run that took so long and ended so is followed by another.
func (o *options) mayRunAgain(code int, took time.Duration) bool {
	return o.restarts && took >= o.restartAfter && !o.restartNot[code]
}
