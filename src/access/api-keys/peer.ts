import type { FastifyRequest } from 'fastify';

/** Headers by which a proxy says that it speaks for somebody else. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];
const LOOPBACK =
  /^(127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|::1|::ffff:127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})$/i;

/**
 * Whether the request comes from a process on this machine and for itself. Judged by the socket; a reverse proxy on the
 * same machine also connects from loopback, so any trace of one says no.
 */
export function isDirectFromLoopback(request: Pick<FastifyRequest, 'headers' | 'raw'>): boolean {
  if (FORWARDING.some((header) => request.headers[header] !== undefined)) return false;
  return LOOPBACK.test(request.raw.socket.remoteAddress ?? '');
}
