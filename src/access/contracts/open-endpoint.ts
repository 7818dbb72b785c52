import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

/** Who needs no API key on a route: `anyone`, or only a direct connection from this very machine. */
export type Openness = 'anyone' | 'loopback';
export const OPENNESS = 'access:openness';

/** Open without a key. Only for health, documentation and webhooks, which prove their origin by a signature. */
export function OpenEndpoint(): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(OPENNESS, 'anyone' satisfies Openness), ApiExtension('x-open', true));
}

/** Open to direct connections from loopback; a proxied request, even of a local proxy, needs a key. */
export function OpenOnLoopback(): MethodDecorator & ClassDecorator {
  return SetMetadata(OPENNESS, 'loopback' satisfies Openness);
}
