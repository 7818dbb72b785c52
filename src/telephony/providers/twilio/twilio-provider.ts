import { Injectable } from '@nestjs/common';
import type { Twilio } from 'twilio';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { Environment } from '../../../shared/environment/environment.js';
import type { Prompt } from '../../../survey/contracts/prompt.js';
import {
  type CallRequest,
  type CarrierCall,
  type CarrierMessage,
  type EndResult,
  type FetchResult,
  type FindResult,
  type Heard,
  type PlaceResult,
  type RenderedPrompt,
  type SignedRequest,
  TelephonyPort,
} from '../../telephony-port.js';
import { promptAsTwiml, waitAsTwiml } from './twiml.js';
import { twilioClient } from './twilio-client.js';
import { classifyCreateFailure, codeOf, describeFailure } from './twilio-errors.js';
import { isCallSid, readMessage, signalOf } from './twilio-messages.js';
import { TwilioUrls } from './twilio-urls.js';

/** Longest list of calls between two numbers that a look-up reads. */
const FIND_LIMIT = 50;
const WAIT_SECONDS = 4;
/** Twilio's codes of a call that is not there, and of one that is over. */
const NOT_FOUND = 20404;
const NOT_IN_PROGRESS = 21220;

/** Twilio, or a carrier that speaks its language. Nothing outside this folder knows the SDK. */
@Injectable()
export class TwilioProvider extends TelephonyPort {
  private readonly client: Twilio;
  private readonly urls: TwilioUrls;

  constructor(private readonly environment: Environment) {
    super();
    this.client = twilioClient(environment);
    this.urls = new TwilioUrls(environment.PUBLIC_BASE_URL);
  }

  override async place(request: CallRequest): Promise<PlaceResult> {
    const { attemptId } = request;
    try {
      const call = await this.client.calls.create({
        to: request.to,
        from: request.from,
        url: this.urls.turn(attemptId, 0),
        method: 'POST',
        fallbackUrl: this.urls.fallback(attemptId),
        fallbackMethod: 'POST',
        statusCallback: this.urls.status(attemptId),
        statusCallbackMethod: 'POST',
        statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
        timeout: request.ringSeconds,
        timeLimit: request.callSeconds,
        ...(request.detectMachines ? { machineDetection: 'Enable' } : {}),
      });
      // A 2xx without a call id may have placed the call.
      return isCallSid(call.sid)
        ? { kind: 'accepted', providerCallId: call.sid }
        : { kind: 'unknown', reason: 'no call id' };
    } catch (error) {
      return classifyCreateFailure(error);
    }
  }

  override async fetch(providerCallId: string): Promise<FetchResult> {
    try {
      const call = carrierCall(await this.client.calls(providerCallId).fetch());
      return call === null ? { kind: 'unavailable', reason: 'unreadable call' } : { kind: 'found', call };
    } catch (error) {
      // In the carrier's own words: a gateway's 404 says nothing about the call.
      if (codeOf(error) === NOT_FOUND) return { kind: 'not_found' };
      return { kind: 'unavailable', reason: describeFailure(error) };
    }
  }

  override async find(calls: { to: string; from: string; createdSince: Date }): Promise<FindResult> {
    try {
      // StartTime is empty until a call is dialled, so the filter is ours: created since, newest first.
      const listed = await this.client.calls.list({ to: calls.to, from: calls.from, limit: FIND_LIMIT });
      const found = listed.map(carrierCall);
      const readable = found.filter((call) => call !== null);
      // "No call" is evidence, so a call that cannot be read must not look like none.
      if (readable.length < found.length) return { kind: 'unavailable', reason: 'unreadable call' };
      return { kind: 'found', calls: readable.filter(({ createdAt }) => createdAt >= calls.createdSince) };
    } catch (error) {
      return { kind: 'unavailable', reason: describeFailure(error) };
    }
  }

  override async end(providerCallId: string): Promise<EndResult> {
    try {
      await this.client.calls(providerCallId).update({ status: 'completed' });
      return { kind: 'ended' };
    } catch (error) {
      const code = codeOf(error);
      if (code === NOT_IN_PROGRESS || code === NOT_FOUND) return { kind: 'already_ended' };
      return { kind: 'unavailable', reason: describeFailure(error) };
    }
  }

  override verify({ path, rawBody, signature }: SignedRequest): boolean {
    if (!signature) return false;
    try {
      return validateRequest(
        this.environment.TWILIO_AUTH_TOKEN,
        signature,
        this.urls.signed(path),
        parametersOf(rawBody),
      );
    } catch {
      // The SDK throws on addresses and bodies it cannot read: they were not signed by Twilio.
      return false;
    }
  }

  override parse(rawBody: string): CarrierMessage | null {
    return readMessage(new URLSearchParams(rawBody), this.environment.TWILIO_ACCOUNT_SID);
  }

  override render(
    prompt: Prompt,
    { attemptId, nextTurn }: { attemptId: string; nextTurn: number },
  ): RenderedPrompt {
    return promptAsTwiml(prompt, this.urls.turn(attemptId, nextTurn));
  }

  override renderWait(call: {
    attemptId: string;
    turn: number;
    waited: number;
    heard: Heard;
  }): RenderedPrompt {
    return waitAsTwiml(WAIT_SECONDS, this.urls.waiting(call.attemptId, call.turn, call.heard, call.waited));
  }
}

function carrierCall(call: {
  sid: string;
  status: string;
  answeredBy?: string | null;
  dateCreated: Date;
}): CarrierCall | null {
  const signal = signalOf(call.status, call.answeredBy ?? null, null);
  const { dateCreated } = call as { dateCreated: unknown };
  // The SDK hands on a date it cannot read as it came.
  if (!(dateCreated instanceof Date) || Number.isNaN(dateCreated.getTime())) return null;
  if (signal === null || !isCallSid(call.sid)) return null;
  return { providerCallId: call.sid, createdAt: dateCreated, signal };
}

/** The form as Twilio signs it: a repeated key is a list. */
function parametersOf(rawBody: string): Record<string, string | string[]> {
  // Without a prototype: a key of the form must not be swallowed by one of its names.
  const parameters = Object.create(null) as Record<string, string | string[]>;
  const form = new URLSearchParams(rawBody);
  for (const key of new Set(form.keys())) {
    const values = form.getAll(key);
    parameters[key] = values.length === 1 ? values[0]! : values;
  }
  return parameters;
}
