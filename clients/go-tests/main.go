// Command main is a search that is profiled by the SDK: evaluates with a label, breeds without one, for some seconds.
//
//	SERVER=http://127.0.0.1:4040 main SECONDS
package main

import (
	"context"
	"math"
	"os"
	"runtime"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/grafana/pyroscope-go"
)

func evaluate(population [][]float64) float64 {
	sum := 0.0
	for _, individual := range population {
		for _, gene := range individual {
			sum += math.Sin(gene) * math.Cos(gene)
		}
	}
	return sum
}

func breed(population [][]float64) [][]float64 {
	next := make([][]float64, len(population))
	for i, individual := range population {
		child := append([]float64(nil), individual...)
		for j := range child {
			child[j] = math.Mod(child[j]*1.01, 7)
		}
		sort.Float64s(child)
		next[i] = child
	}
	return next
}

func main() {
	seconds, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(1)
	profiler, err := pyroscope.Start(pyroscope.Config{
		ApplicationName: "go-search",
		ServerAddress:   os.Getenv("SERVER"),
		UploadRate:      2 * time.Second,
		Tags:            map[string]string{"worker_id": "g0"},
		ProfileTypes: []pyroscope.ProfileType{
			pyroscope.ProfileCPU,
			pyroscope.ProfileAllocObjects, pyroscope.ProfileAllocSpace,
			pyroscope.ProfileInuseObjects, pyroscope.ProfileInuseSpace,
			pyroscope.ProfileGoroutines,
			pyroscope.ProfileMutexCount, pyroscope.ProfileMutexDuration,
			pyroscope.ProfileBlockCount, pyroscope.ProfileBlockDuration,
		},
	})
	if err != nil {
		panic(err)
	}

	population := make([][]float64, 200)
	for i := range population {
		population[i] = make([]float64, 500)
		for j := range population[i] {
			population[i][j] = float64(i*j%97) / 13
		}
	}
	var lock sync.Mutex
	var workers sync.WaitGroup
	for worker := 0; worker < 2; worker++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for end := time.Now().Add(time.Duration(seconds) * time.Second); time.Now().Before(end); {
				lock.Lock()
				shared := population
				lock.Unlock()
				pyroscope.TagWrapper(context.Background(), pyroscope.Labels("component", "fitness_evaluation"),
					func(context.Context) {
						for i := 0; i < 10; i++ {
							evaluate(shared)
						}
					})
				next := breed(shared)
				lock.Lock()
				population = next
				lock.Unlock()
			}
		}()
	}
	workers.Wait()
	if err := profiler.Stop(); err != nil {
		panic(err)
	}
	// What was sent last is still being answered.
	time.Sleep(2 * time.Second)
}
