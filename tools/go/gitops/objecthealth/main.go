// Objecthealth says what GitOps tools make of objects: kstatus, which Flux and kubectl-based tools use, and a health
// script of Argo CD, run by the interpreter that Argo CD runs it with.
//
//	objecthealth SCRIPT < objects.json
//
// Standard input is a JSON array of objects; standard output is an array of verdicts in the same order.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// verdict is what the two tools make of one object.
type verdict struct {
	Kstatus        string `json:"kstatus"`
	KstatusMessage string `json:"kstatusMessage"`
	Argo           string `json:"argo"`
	ArgoMessage    string `json:"argoMessage"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: objecthealth SCRIPT < objects.json")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(script string, in io.Reader, out io.Writer) error {
	source, err := os.ReadFile(script)
	if err != nil {
		return err
	}
	var objects []json.RawMessage
	if err := json.NewDecoder(in).Decode(&objects); err != nil {
		return err
	}
	verdicts := make([]verdict, 0, len(objects))
	for _, text := range objects {
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(text); err != nil {
			return err
		}
		judged, err := judge(object, string(source))
		if err != nil {
			return err
		}
		verdicts = append(verdicts, judged)
	}
	return json.NewEncoder(out).Encode(verdicts)
}

func judge(object *unstructured.Unstructured, script string) (verdict, error) {
	result, err := status.Compute(object)
	if err != nil {
		return verdict{}, fmt.Errorf("kstatus: %w", err)
	}
	health, err := assess(object.Object, script)
	if err != nil {
		return verdict{}, fmt.Errorf("health script: %w", err)
	}
	return verdict{string(result.Status), result.Message, health.Status, health.Message}, nil
}
