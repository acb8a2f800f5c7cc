package main

import (
	"os"
	"os/signal"
	"syscall"
)

// Signals that are about this process itself: the Go runtime sends itself SIGURG, and a child's end is waited for.
var own = map[os.Signal]bool{syscall.SIGURG: true, syscall.SIGCHLD: true, syscall.SIGPIPE: true}

func caught() chan os.Signal {
	signals := make(chan os.Signal, 64)
	signal.Notify(signals)
	return signals
}

// waitForSignal returns at the first one, whichever the image calls its stop signal.
func waitForSignal(signals <-chan os.Signal) {
	for received := range signals {
		if !own[received] {
			return
		}
	}
}

// forward hands every signal on to a process.
func forward(signals <-chan os.Signal, pid int) {
	for received := range signals {
		if number, ok := received.(syscall.Signal); ok && !own[received] {
			_ = syscall.Kill(pid, number) // it may have ended just now
		}
	}
}
