/** Puts the market events of a run on a NATS stream while it lasts. */
import { NatsPublisher } from '../gateway/nats/publisher.js'
import { FEED_EVENTS } from '../session/events.js'
import type { Attachment, RunningParts } from '../session/execute.js'
import { publicName } from './sources.js'

/** @throws UsageError or UnreachableError before the run begins. */
export async function publishRun(
  url: string,
  { session }: RunningParts,
  note: (text: string) => void,
): Promise<Attachment> {
  const publisher = await NatsPublisher.open({ url, note })
  for (const type of FEED_EVENTS) {
    session.bus.subscribe(type, event => publisher.add(event), {
      componentId: 'publisher',
      priority: 'background',
      essential: true,
    })
  }
  session.sections.set('published', () => publisher.report())
  return {
    note: `publishing to ${publicName(url)}`,
    drained: () => publisher.drained(),
    close: async () => {
      await publisher.close()
    },
  }
}
