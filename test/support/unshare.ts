/** Ends what the files of a run have shared. */
export default function unshare(): void {
  (globalThis as unknown as { endSharing: () => void }).endSharing();
}
