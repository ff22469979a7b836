export function ReplayPage() {
  return <div className="page" data-page="replay" />;
}
