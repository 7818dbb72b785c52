import type { Call } from '../ledger/call.js';
import { callParameters, eventParameters } from './call-parameters.js';
import type { CallbackEvent } from './call-order.js';
import type { Exchange } from './exchange.js';
import type { WebhookRequest } from '../webhooks/webhook-client.js';

/**
 * Tells the customer of one call's progress, each event as a request of its own that nobody waits for: in the
 * order they are fired, but with no promise of arriving so.
 */
export class StatusCallbacks {
  #sequenceNumber: number;
  #held: (() => void)[] = [];

  constructor(
    private readonly exchange: Exchange,
    private readonly call: Call,
  ) {
    this.#sequenceNumber = call.callbacks;
  }

  /** To be called right after the change is in the ledger. */
  report(event: CallbackEvent): void {
    const callback = this.call.order.statusCallback;
    if (!callback?.events.includes(event)) return;
    const params = {
      ...callParameters(this.exchange.accountSid, this.call, this.call.status),
      ...eventParameters(this.call, this.#sequenceNumber, this.call.updatedAt),
    };
    this.#sequenceNumber += 1;
    this.#dispatch({ url: callback.url, method: callback.method, params }, event === 'completed');
  }

  #dispatch(request: WebhookRequest, isLast: boolean): void {
    const callStatus = this.call.status;
    const rule = this.exchange.faults.onCallback(this.call.order.to, callStatus);
    if (rule)
      this.exchange.ledger.record({
        type: 'callback.fault',
        sid: this.call.sid,
        fault: rule.fault,
        callStatus,
      });
    const send = () =>
      this.exchange.run(async () => void (await this.exchange.send(this.call.sid, 'status', request)));
    const overtaken = this.#held.splice(0);
    switch (rule?.fault) {
      case undefined:
        send();
        break;
      case 'drop':
        break;
      case 'duplicate':
        for (let copy = 0; copy <= (rule.copies ?? 1); copy += 1) send();
        break;
      case 'delay':
        this.exchange.run(async () => {
          await this.exchange.pace.waitWallClock(rule.ms);
          send();
        });
        break;
      case 'reorder':
        // Held back until the next one has left; the last one of a call has none to wait for.
        if (isLast || overtaken.length > 0) send();
        else this.#held.push(send);
        break;
    }
    overtaken.forEach((sendHeld) => sendHeld());
  }
}
