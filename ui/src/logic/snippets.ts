/// One way to send the first profile; `origin` is this page's own address.
export interface Snippet {
  readonly title: string;
  readonly note: string;
  readonly code: string;
}

export function firstRunSnippets(origin: string): Snippet[] {
  return [
    {
      title: "Python",
      note: "pip install pyroscope-io, then at the start of the program:",
      code: `import pyroscope

pyroscope.configure(
    application_name="my-service",
    server_address="${origin}",
    tags={"version": "1.0"},
)`,
    },
    {
      title: "Java",
      note: "With the Pyroscope agent's jar beside the program:",
      code: `export PYROSCOPE_APPLICATION_NAME=my-service
export PYROSCOPE_SERVER_ADDRESS=${origin}
export PYROSCOPE_FORMAT=jfr
java -javaagent:pyroscope.jar -jar my-service.jar`,
    },
    {
      title: "curl",
      note: "Two stacks of folded text, now, without any agent:",
      code: `now=$(date +%s)
printf 'main;serve;parse 30\\nmain;serve;write 12\\n' |
  curl --data-binary @- \\
    "${origin}/ingest?name=my-service&format=folded&from=$((now - 10))&until=$now&sampleRate=100"`,
    },
  ];
}
