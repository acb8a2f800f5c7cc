package main

import (
	"os"
	"strings"
)

type member struct{ name, value string }

// section is one `[KIND]` of Fluent Bit's classic syntax.
type section struct {
	kind    string
	members []member
}

// get is the first value of that name, whatever its capitals.
func (s section) get(name string) string {
	for _, each := range s.members {
		if strings.EqualFold(each.name, name) {
			return each.value
		}
	}
	return ""
}

func readConfig(path string) ([]section, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var sections []section
	for _, line := range strings.Split(string(content), "\n") {
		line = strings.TrimSpace(line)
		name, value, _ := strings.Cut(line, " ")
		switch {
		case line == "":
		case strings.HasPrefix(line, "["):
			sections = append(sections, section{kind: strings.Trim(line, "[]")})
		case name == "@INCLUDE":
			included, err := readConfig(value)
			if err != nil {
				return nil, err
			}
			sections = append(sections, included...)
		default:
			last := &sections[len(sections)-1]
			last.members = append(last.members, member{name, os.ExpandEnv(strings.TrimSpace(value))})
		}
	}
	return sections, nil
}
