// removecontainer has the container runtime remove a container, as the kubelet does with those that ended:
// removecontainer SOCKET ID
package main

import (
	"context"
	"log"
	"os"
	"time"

	"k8s.io/cri-client/pkg"
)

func main() {
	ctx := context.Background()
	runtime, err := cri.NewRemoteRuntimeService(ctx, "unix://"+os.Args[1], 10*time.Second, nil, false)
	if err != nil {
		log.Fatal(err)
	}
	if err := runtime.RemoveContainer(ctx, os.Args[2]); err != nil {
		log.Fatal(err)
	}
}
