//! A search that is profiled by the SDK: evaluates with a label, breeds without one, for some seconds.
//!
//!     SERVER=http://127.0.0.1:4040 rust-tests SECONDS
//!
//! Prints the nanoseconds of processor time that its thread took while it was profiled, and the bytes of the population.

use std::env;
use std::error::Error;
use std::ffi::CStr;
use std::fs;
use std::hint::black_box;
use std::mem::size_of;
use std::time::{Duration, Instant};

use pyroscope::backend::jemalloc::jemalloc_backend;
use pyroscope::backend::{pprof_backend, BackendConfig, PprofConfig};
use pyroscope::pyroscope::PyroscopeAgentBuilder;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[export_name = "_rjem_malloc_conf"]
static ALLOCATOR_SETTINGS: &CStr = c"prof:true,prof_active:true,lg_prof_sample:12"; // every 4 KiB or so

const INDIVIDUALS: usize = 200;
const GENES: usize = 500;
const SAMPLE_RATE: u32 = 100;

#[inline(never)]
fn evaluate(population: &[Vec<f64>]) -> f64 {
    let mut sum = 0.0;
    for individual in population {
        for gene in individual {
            sum += gene.sin() * gene.cos();
        }
    }
    sum
}

#[inline(never)]
fn breed(population: &mut [Vec<f64>]) {
    for individual in population {
        for gene in individual.iter_mut() {
            *gene = (*gene * 1.01) % 7.0;
        }
        individual.sort_by(f64::total_cmp);
    }
}

#[inline(never)]
fn settle() -> Vec<Vec<f64>> {
    let mut population = Vec::with_capacity(INDIVIDUALS);
    for i in 0..INDIVIDUALS {
        population.push((0..GENES).map(|j| (i * j % 97) as f64 / 13.0).collect());
    }
    population
}

/// Processor time of the main thread so far, in nanoseconds.
fn busy_nanos() -> Result<u64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/self/schedstat")?;
    Ok(text.split(' ').next().ok_or("schedstat is empty")?.parse()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let seconds: u64 = env::args().nth(1).ok_or("no SECONDS")?.parse()?;
    let mut population = settle();
    let server = env::var("SERVER")?;
    let profiled = |backend| {
        PyroscopeAgentBuilder::new(&server, "rust-search", SAMPLE_RATE, "pyroscope-rs", "2.1.5", backend)
            .tags(vec![("worker_id", "r0")])
            .upload_interval(Duration::from_secs(2))
            .build()?
            .start()
    };
    let agent = profiled(pprof_backend(PprofConfig { sample_rate: SAMPLE_RATE }, BackendConfig::default()))?;
    let memory_agent = profiled(jemalloc_backend())?;
    let (add_tag, remove_tag) = agent.tag_wrapper();

    let started = Instant::now();
    let busy_before = busy_nanos()?;
    while started.elapsed() < Duration::from_secs(seconds) {
        add_tag("component".into(), "fitness_evaluation".into())?;
        for _ in 0..100 {
            black_box(evaluate(&population));
        }
        remove_tag("component".into(), "fitness_evaluation".into())?;
        for _ in 0..20 {
            breed(&mut population);
        }
    }
    println!("{} {}", busy_nanos()? - busy_before, INDIVIDUALS * GENES * size_of::<f64>());

    agent.stop()?.shutdown();
    memory_agent.stop()?.shutdown();
    Ok(())
}
