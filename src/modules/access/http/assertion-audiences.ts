import { Inject, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Role } from '../../../config/roles.js';
import type { AssertionAudience } from '../assertions/identity-assertion-verifier.js';

/** The modules of this process, under the role that each is a part of. */
export type ModulesByRole = Readonly<Partial<Record<Role, readonly Type[]>>>;

export const MODULES_BY_ROLE = Symbol('modules by role');

/**
 * For whom an assertion must be meant at a controller's routes. The role whose module the controller belongs to says it, so
 * that no route has to: one that forgot would be refused behind a gateway, and not before.
 */
@Injectable()
export class AssertionAudiences {
  private readonly roles: ReadonlyMap<unknown, Role>;
  private receivers: ReadonlyMap<Function, AssertionAudience> | undefined;

  constructor(
    @Inject(MODULES_BY_ROLE) modules: ModulesByRole,
    private readonly discovery: DiscoveryService,
  ) {
    const entries = Object.entries(modules) as [Role, readonly Type[]][];
    this.roles = new Map(entries.flatMap(([role, ofRole]) => ofRole.map((module) => [module, role])));
  }

  /**
   * Undefined for the controllers of a module that is of no role. To be asked once the application is built.
   * @throws Error when a controller is in modules of two roles
   */
  of(controller: Function): AssertionAudience | undefined {
    this.receivers ??= this.collect();
    return this.receivers.get(controller);
  }

  private collect(): ReadonlyMap<Function, AssertionAudience> {
    const receivers = new Map<Function, AssertionAudience>();
    for (const { metatype, host } of this.discovery.getControllers()) {
      const role = this.roles.get(host?.metatype);
      if (typeof metatype !== 'function' || role === undefined) continue;
      const receiver = role === 'identity' ? 'identity' : 'api';
      if ((receivers.get(metatype) ?? receiver) !== receiver) {
        throw new Error(`${metatype.name} is in modules of two roles: an assertion is for one of them.`);
      }
      receivers.set(metatype, receiver);
    }
    return receivers;
  }
}
