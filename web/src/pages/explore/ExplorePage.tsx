export function ExplorePage() {
  return <div className="page" data-page="explore" />;
}
