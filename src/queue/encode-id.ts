/** An id as a part of a job's id: without the colon that BullMQ refuses and the dot that parts it. */
export function encodeId(id: string): string {
  return encodeURIComponent(id).replaceAll('.', '%2E');
}
