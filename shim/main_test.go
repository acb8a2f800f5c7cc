package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const actAsShim = "SHIM_TEST_LOG" // holds the path of the termination message

// The test binary is the shim too, so that signals, limits and orphans meet a real process.
func TestMain(m *testing.M) {
	if path := os.Getenv(actAsShim); path != "" {
		terminationLog = path
		main()
	}
	os.Exit(m.Run())
}

type started struct {
	*exec.Cmd
	output *bytes.Buffer
	log    string
}

func command(t *testing.T, arguments ...string) started {
	t.Helper()
	log := filepath.Join(t.TempDir(), "termination-log")
	if err := os.WriteFile(log, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], arguments...)
	cmd.Env = append(os.Environ(), actAsShim+"="+log)
	output := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = output, output, time.Second
	return started{cmd, output, log}
}

func (s started) end(t *testing.T) int {
	t.Helper()
	if err := s.Wait(); err != nil && s.ProcessState == nil {
		t.Fatal(err)
	}
	status := s.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 1000 + int(status.Signal())
	}
	return status.ExitStatus()
}

func shim(t *testing.T, arguments ...string) (code int, output, message string) {
	t.Helper()
	process := command(t, arguments...)
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	code = process.end(t)
	written, err := os.ReadFile(process.log)
	if err != nil {
		t.Fatal(err)
	}
	return code, process.output.String(), string(written)
}

func TestEnvironmentFiles(t *testing.T) {
	directory := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	first := write("first", "# A=comment\nA=one\nQUOTED=\"a b\" \nOWN=file\nEMPTY=\n=nothing\nno delimiter\nTWICE=1\nTWICE=2\r\nURL=a=b#c")
	second := write("second", "A=two\nB= two\n #C=kept")
	t.Setenv("OWN", "own")
	t.Setenv("A", "of the image")
	script := `for n in A B OWN EMPTY QUOTED TWICE URL; do eval "echo \"$n=<\$$n>\""; done; env | grep '^ #C='`
	code, output, _ := shim(t, "run", "--env-keep", "OWN", "--env-file", first, "--env-file", second, "--", "sh", "-c", script)
	want := "A=<one>\nB=< two>\nOWN=<own>\nEMPTY=<>\nQUOTED=<\"a b\" >\nTWICE=<2>\nURL=<a=b#c>\n"
	// a shell does not hand on a variable whose name it could not set itself
	if !strings.HasPrefix(output, want) {
		t.Errorf("%d, %q instead of %q", code, output, want)
	}
}

func TestEnvironmentFileThatIsMissing(t *testing.T) {
	code, output, message := shim(t, "run", "--env-file", "/nowhere/file", "--", "true")
	if code != codeNotStarted || !strings.Contains(output, "/nowhere/file") || !strings.Contains(message, `"startError":"failed to download env files: open /nowhere/file`) {
		t.Error(code, output, message)
	}
}

func TestVariables(t *testing.T) {
	for content, want := range map[string]string{
		"A=b":          "b",
		"A=b\r\n":      "b",
		"A= b ":        " b ",
		"A='b'":        "'b'",
		"A=b=c":        "b=c",
		"A=b # c":      "b # c",
		"#A=b":         "",
		"A":            "",
		"A=":           "",
		"A=x\nA=":      "x",
		"A=x\nA=y":     "y",
		"export A=b":   "",
		"A=\x00":       "",
		"\n\nA=b\n\n#": "b",
	} {
		if found := variables(content)["A"]; found != want {
			t.Errorf("%q: %q instead of %q", content, found, want)
		}
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not come about that " + what)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestPassesTheExitCodeOn(t *testing.T) {
	for _, options := range [][]string{{}, {"--init"}, {"--once", filepath.Join(t.TempDir(), "state")}} {
		arguments := append(append([]string{"run"}, options...), "--", "sh", "-c", "echo hello; exit 3")
		code, output, message := shim(t, arguments...)
		if code != 3 || output != "hello\n" || message != "" {
			t.Errorf("%v: %d %q %q", options, code, output, message)
		}
	}
}

func TestASignalThatKillsTheProgramIsIn128(t *testing.T) {
	if code, _, _ := shim(t, "run", "--init", "--", "sh", "-c", "kill -9 $$"); code != 137 {
		t.Errorf("%d", code)
	}
}

func TestIgnoresTheExitCodeAndTellsIt(t *testing.T) {
	code, _, message := shim(t, "run", "--ignore-exit", "--", "sh", "-c", "exit 3")
	if code != 0 || !strings.HasPrefix(message, `{"kubecs":{"startedAt":"`) || !strings.HasSuffix(message, `"exitCode":3}}`) {
		t.Errorf("%d %q", code, message)
	}
}

func TestAProgramThatCannotBeStartedIsNoExit(t *testing.T) {
	directory := t.TempDir()
	broken := filepath.Join(directory, "broken")
	if err := os.WriteFile(broken, []byte("\x7fELF"), 0o755); err != nil {
		t.Fatal(err)
	}
	forbidden := filepath.Join(directory, "forbidden")
	if err := os.WriteFile(forbidden, []byte("#!/bin/sh\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	programs := map[string]int{"no-such-program": codeNotFound, broken: codeNotStarted, forbidden: codeNotStarted}
	for program, expected := range programs {
		for _, options := range [][]string{{}, {"--ignore-exit"}, {"--once", filepath.Join(t.TempDir(), "state")}} {
			arguments := append(append([]string{"run"}, options...), "--", program)
			code, _, message := shim(t, arguments...)
			if code != expected || !strings.Contains(message, `"startError":"`) {
				t.Errorf("%v: %d %q", arguments, code, message)
			}
		}
	}
}

func TestFindsAProgramInTheWorkingDirectoryWherePathHasIt(t *testing.T) {
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "own"), []byte("#!/bin/sh\nexit 9\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	process := command(t, "run", "--", "own")
	process.Dir = directory
	process.Env = append(process.Env, "PATH=:"+os.Getenv("PATH"))
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	if code := process.end(t); code != 9 {
		t.Errorf("%d %s", code, process.output)
	}
}

func TestRunsOnceAndThenOnlyWaits(t *testing.T) {
	state, proof := filepath.Join(t.TempDir(), "state"), filepath.Join(t.TempDir(), "proof")
	arguments := []string{"run", "--once", state, "--", "sh", "-c", "echo x >> " + proof + "; exit 5"}
	if code, _, _ := shim(t, arguments...); code != 5 {
		t.Fatalf("%d", code)
	}
	for _, stop := range []syscall.Signal{syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGWINCH} {
		waiting := command(t, arguments...)
		if err := waiting.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it tells the code", func() bool {
			written, _ := os.ReadFile(waiting.log)
			return strings.Contains(string(written), `"exitCode":5}}`)
		})
		if err := waiting.Process.Signal(stop); err != nil {
			t.Fatal(err)
		}
		if code := waiting.end(t); code != 5 {
			t.Errorf("%s: %d", stop, code)
		}
	}
	if runs, _ := os.ReadFile(proof); string(runs) != "x\n" {
		t.Errorf("it ran more than once: %q", runs)
	}
}

func TestARunThatWasCutOffIsNotRepeated(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	first := command(t, "run", "--once", state, "--", "sleep", "600")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	child := childOf(t, first.Process.Pid)
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	first.end(t)
	if err := syscall.Kill(child, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	again := command(t, "run", "--once", state, "--", "sleep", "600")
	if err := again.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it tells the code", func() bool {
		written, _ := os.ReadFile(again.log)
		return strings.Contains(string(written), `"exitCode":137}}`)
	})
	if err := again.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := again.end(t); code != codeKilled {
		t.Errorf("%d", code)
	}
}

func childOf(t *testing.T, pid int) int {
	t.Helper()
	child := 0
	eventually(t, "it has a child", func() bool {
		path := "/proc/" + strconv.Itoa(pid) + "/task/" + strconv.Itoa(pid) + "/children"
		found, _ := os.ReadFile(path)
		if len(found) == 0 { // another thread may have started it
			matches, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
			for _, match := range matches {
				more, _ := os.ReadFile(match)
				found = append(found, more...)
			}
		}
		fields := strings.Fields(string(found))
		if len(fields) == 1 {
			child, _ = strconv.Atoi(fields[0])
		}
		return child != 0
	})
	return child
}

func TestAnotherRunFollowsWhereThePolicyAllowsIt(t *testing.T) {
	for _, each := range []struct {
		name    string
		options []string
		again   bool
	}{
		{"long enough", []string{"--restart-after", "0"}, true},
		{"too short", []string{"--restart-after", "60"}, false},
		{"another code", []string{"--restart-after", "0", "--restart-not", "3,5"}, true},
		{"ignored code", []string{"--restart-after", "0", "--restart-not", "3,4"}, false},
	} {
		state := filepath.Join(t.TempDir(), "state")
		arguments := append(append([]string{"run", "--once", state}, each.options...), "--", "sh", "-c", "exit 4")
		if code, _, _ := shim(t, arguments...); code != 4 {
			t.Fatalf("%s: %d", each.name, code)
		}
		if exists(state) == each.again {
			t.Errorf("%s: a second run is possible: %v", each.name, !exists(state))
		}
	}
}

func TestForwardsSignalsAndWaitsForTheProgram(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready")
	script := "trap 'exit 42' TERM; trap 'echo winch' WINCH; touch " + ready + "; while :; do sleep 0.02; done"
	process := command(t, "run", "--init", "--", "sh", "-c", script)
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the program has set its traps", func() bool { return exists(ready) })
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := process.end(t); code != 42 {
		t.Errorf("%d", code)
	}
}

func TestReapsOrphans(t *testing.T) {
	directory := t.TempDir()
	ready := filepath.Join(directory, "ready")
	// The subshell leaves an orphan behind that ends at once; without a reaper it would stay as a zombie.
	script := "(sh -c 'echo $$ > " + directory + "/orphan; sleep 0.05' &) ; touch " + ready + "; exec sleep 600"
	process := command(t, "run", "--init", "--", "sh", "-c", script)
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	defer process.end(t)
	defer process.Process.Signal(syscall.SIGTERM)
	orphan := ""
	eventually(t, "there is an orphan", func() bool {
		content, _ := os.ReadFile(directory + "/orphan")
		orphan = strings.TrimSpace(string(content))
		return orphan != "" && exists(ready)
	})
	eventually(t, "it is reaped", func() bool { return !exists("/proc/" + orphan) })
}

func TestSetsLimitsAsFarAsTheyGo(t *testing.T) {
	code, output, _ := shim(t, "run", "--ulimit", "nofile=100:200", "--", "sh", "-c", "ulimit -Sn; ulimit -Hn")
	if code != 0 || output != "100\n200\n" {
		t.Errorf("%d %q", code, output)
	}
	code, output, _ = shim(t, "run", "--once", filepath.Join(t.TempDir(), "s"), "--ulimit", "core=0:0", "--", "sh", "-c", "ulimit -c")
	if code != 0 || output != "0\n" {
		t.Errorf("%d %q", code, output)
	}
}

func TestALimitStaysBelowTheHardOne(t *testing.T) {
	wanted, err := parseLimit("nofile=-1:-1")
	if err != nil {
		t.Fatal(err)
	}
	if within := wanted.within(4096); within.Cur != 4096 || within.Max != 4096 {
		t.Errorf("%v", within)
	}
	if within := (limit{"nofile", 10, 20}).within(4096); within.Cur != 10 || within.Max != 20 {
		t.Errorf("%v", within)
	}
}

func TestChecksWhileTheRunLastsAndRemembersAfterwards(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	mine, _, err := claim(state, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if code, _, _ := shim(t, "check", state, "--", "sh", "-c", "exit 1"); code != 1 {
		t.Errorf("unhealthy: %d", code)
	}
	mine.finishedAt = time.Now()
	ended := func() {
		if err := mine.save(state); err != nil {
			t.Fatal(err)
		}
	}
	ended()
	if code, _, _ := shim(t, "check", state, "--", "true"); code != 1 {
		t.Errorf("never healthy, ended: %d", code)
	}
	if err := os.Remove(state); err != nil {
		t.Fatal(err)
	}
	if _, _, err := claim(state, time.Now()); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := shim(t, "check", state, "--", "true"); code != 0 {
		t.Errorf("healthy: %d", code)
	}
	ended()
	if code, _, _ := shim(t, "check", state, "--", "false"); code != 0 {
		t.Errorf("was healthy, ended: %d", code)
	}
}

func TestInstallsItself(t *testing.T) {
	target := filepath.Join(t.TempDir(), "shim")
	if code, output, _ := shim(t, "install", target); code != 0 {
		t.Fatal(output)
	}
	found, err := os.Stat(target)
	if err != nil || found.Mode().Perm() != 0o555 {
		t.Errorf("%v %v", found, err)
	}
	if code, output, _ := shim(t, "install", "/no/such/directory/shim"); code != codeUsage || output == "" {
		t.Errorf("%d %q", code, output)
	}
}

func TestRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, arguments := range [][]string{
		{}, {"walk"}, {"run"}, {"run", "--"}, {"run", "--once"}, {"run", "--ulimit", "nofile", "--", "true"},
		{"run", "--ulimit", "luck=1:1", "--", "true"}, {"run", "--restart-not", "x", "--", "true"},
		{"run", "--restart-after", "x", "--", "true"}, {"run", "--what", "x", "--", "true"}, {"check", "a"}, {"install"},
	} {
		if code, output, _ := shim(t, arguments...); code != codeUsage || !strings.HasPrefix(output, "shim: ") {
			t.Errorf("%v: %d %q", arguments, code, output)
		}
	}
}

func TestQuotesAsJSON(t *testing.T) {
	if quoted := quote("a\"b\\c\nd\xff"); quoted != `"a\"b\\c d?"` {
		t.Error(quoted)
	}
}
