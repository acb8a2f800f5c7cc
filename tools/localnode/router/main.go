// The router stands for Fluent Bit in tests: it reads the configuration that Fluent Bit would get, takes records by
// the forward protocol and from log files, and prints what it would send where, one JSON object a line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

const interval = 100 * time.Millisecond

type router struct {
	added   map[string]any
	outputs []section
	printed sync.Mutex
}

func main() {
	sections, err := readConfig("/fluent-bit/etc/fluent-bit.conf")
	if err != nil {
		log.Fatal(err)
	}
	r := &router{added: map[string]any{}}
	for _, each := range sections {
		switch {
		case each.kind == "FILTER" && each.get("Name") == "record_modifier":
			r.add(each)
		case each.kind == "OUTPUT":
			r.outputs = append(r.outputs, each)
		}
	}
	for _, each := range sections {
		switch {
		case each.kind == "INPUT" && each.get("Name") == "forward":
			go r.listen(net.JoinHostPort(each.get("Listen"), each.get("Port")))
		case each.kind == "INPUT" && each.get("Name") == "tail":
			go r.tail(each.get("Path"), each.get("Tag"))
		}
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop
}

func (r *router) add(filter section) {
	for _, each := range filter.members {
		if each.name == "Record" {
			name, value, _ := strings.Cut(each.value, " ")
			r.added[name] = value
		}
	}
}

// pass prints a record for each output that its tag matches.
func (r *router) pass(tag string, record map[string]any) {
	for name, value := range r.added {
		record[name] = value
	}
	for _, output := range r.outputs {
		if !strings.HasPrefix(tag, strings.TrimSuffix(output.get("Match"), "*")) {
			continue
		}
		options := map[string]string{}
		for _, each := range output.members {
			options[each.name] = each.value
		}
		line, err := json.Marshal(map[string]any{"tag": tag, "record": record, "output": options})
		if err != nil {
			log.Fatal(err)
		}
		r.printed.Lock()
		fmt.Println(string(line))
		r.printed.Unlock()
	}
}

func (r *router) listen(address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go r.receive(connection)
	}
}

// receive takes messages of the form [tag, time, record].
func (r *router) receive(connection net.Conn) {
	defer connection.Close()
	for from := bufio.NewReader(connection); ; {
		value, err := decode(from)
		if err != nil {
			return
		}
		message, ok := value.([]any)
		if !ok || len(message) < 3 {
			log.Printf("no message: %v", value)
			return
		}
		record, ok := message[2].(map[string]any)
		if !ok {
			log.Printf("no record: %v", value)
			return
		}
		r.pass(fmt.Sprint(message[0]), record)
	}
}

// tail follows the files that a pattern names: lines of `time stream F text`, as the kubelet has them.
func (r *router) tail(pattern, tag string) {
	offsets := map[string]int{}
	for ; ; time.Sleep(interval) {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			log.Fatal(err)
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				log.Print(err)
				continue
			}
			fresh := string(content[min(offsets[path], len(content)):])
			whole := fresh[:strings.LastIndex(fresh, "\n")+1]
			offsets[path] += len(whole)
			for _, line := range strings.Split(strings.TrimSuffix(whole, "\n"), "\n") {
				if parts := strings.SplitN(line, " ", 4); len(parts) == 4 {
					r.pass(tag, map[string]any{"source": parts[1], "log": parts[3]})
				}
			}
		}
	}
}
