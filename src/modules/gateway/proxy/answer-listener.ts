import type { Admission } from './admission.js';
import { clientHeader } from './admitted-headers.js';
import type { AnswerListener } from './client-answer.js';
import type { Exchange } from './exchange.js';
import type { ExchangeLog } from './exchange-log.js';
import { ClientGone } from './failures.js';
import type { Target } from './targets/target.js';

/** Passes the answer of a target on, cleaned, and tells its exchange how the client takes it. */
export function answerListener(
  exchange: Exchange,
  admission: Admission,
  target: Target,
  log: ExchangeLog,
): AnswerListener {
  return {
    header(status, rawHeaders) {
      const { headers, withheld, outside, dropped } = clientHeader(admission, target, status, rawHeaders);
      log.withheld(withheld, target, admission);
      log.outside(outside, target, admission);
      log.dropped(dropped, target, admission);
      return headers;
    },
    onDrain: () => exchange.resume(),
    onGone: () => exchange.stop(new ClientGone()),
    onBroken: (error) => log.failed(error, target, admission),
  };
}
