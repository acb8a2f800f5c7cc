package main

import (
	"errors"
	"strconv"
	"strings"
	"syscall"
)

const unlimited = ^uint64(0)

// The numbers of the limits that ECS names, on every architecture that kubecs is built for.
var resources = map[string]int{
	"cpu": 0, "fsize": 1, "data": 2, "stack": 3, "core": 4, "rss": 5, "nproc": 6, "nofile": 7,
	"memlock": 8, "locks": 10, "sigpending": 11, "msgqueue": 12, "nice": 13, "rtprio": 14, "rttime": 15,
}

type limit struct {
	name       string
	soft, hard uint64
}

func parseLimit(text string) (limit, error) {
	name, values, _ := strings.Cut(text, "=")
	if _, known := resources[name]; !known {
		return limit{}, errors.New("unknown limit " + text)
	}
	soft, hard, _ := strings.Cut(values, ":")
	parsedSoft, softError := parseValue(soft)
	parsedHard, hardError := parseValue(hard)
	if softError != nil || hardError != nil {
		return limit{}, errors.New("limit " + text + " is not NAME=SOFT:HARD")
	}
	return limit{name, parsedSoft, parsedHard}, nil
}

func parseValue(text string) (uint64, error) {
	if text == "-1" {
		return unlimited, nil
	}
	return strconv.ParseUint(text, 10, 64)
}

// within is the limit, no higher than the hard limit that holds: only a privileged process may raise that.
func (l limit) within(hard uint64) syscall.Rlimit {
	highest := min(l.hard, hard)
	return syscall.Rlimit{Cur: min(l.soft, highest), Max: highest}
}

// apply sets the limit for this process and what it starts: whole where that is allowed, else as far as it goes.
func (l limit) apply() error {
	resource := resources[l.name]
	if syscall.Setrlimit(resource, &syscall.Rlimit{Cur: min(l.soft, l.hard), Max: l.hard}) == nil {
		return nil
	}
	var now syscall.Rlimit
	if err := syscall.Getrlimit(resource, &now); err != nil {
		return err
	}
	reachable := l.within(now.Max)
	return syscall.Setrlimit(resource, &reachable)
}
