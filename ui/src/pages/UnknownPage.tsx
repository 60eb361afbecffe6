export function UnknownPage({ path }: { path: string }) {
  return (
    <main class="first">
      <h1 class="first-title">There is no page at {path}</h1>
      <p class="first-text">
        <a href="/explore">Go to Explore</a>
      </p>
    </main>
  );
}
