import { RequestMethod } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Asks every route of every controller without a key, documented or not: `METHOD /path` → status. */
export async function answersWithoutKey(app: NestFastifyApplication): Promise<Record<string, number>> {
  const base = await app.getUrl();
  const answers: Record<string, number> = {};
  for (const { method, path } of routesOf(app)) {
    const response = await fetch(base + path.replace(/:[^/]+/g, 'x'), { method });
    await response.arrayBuffer();
    answers[`${method} ${path}`] = response.status;
  }
  return answers;
}

function routesOf(app: NestFastifyApplication): { method: string; path: string }[] {
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = modules.flatMap((module) =>
    [...module.controllers.values()].map(({ metatype }) => metatype),
  );
  return controllers.flatMap((controller) => {
    if (controller === null) return [];
    const { prototype } = controller as { prototype: Record<string, object> };
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = Object.getOwnPropertyDescriptor(prototype, name)!.value as object;
      const method = Reflect.getMetadata('method', handler) as RequestMethod | undefined;
      if (method === undefined) return [];
      const parts = [
        Reflect.getMetadata('path', controller),
        Reflect.getMetadata('path', handler),
      ] as string[];
      const path = `/${parts.join('/')}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
      return [{ method: RequestMethod[method], path }];
    });
  });
}
