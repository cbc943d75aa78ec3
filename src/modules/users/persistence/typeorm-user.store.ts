import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type Repository } from 'typeorm';
import { Database } from '../../../platform/database/database.js';
import { isUniqueViolation } from '../../../platform/database/unavailable.js';
import { Conflict } from '../../../protocol/problem.js';
import { ADMINISTRATOR_ROLE } from '../../../protocol/scopes.js';
import type { User } from '../user.js';
import {
  type NamedUser,
  type NewPassword,
  type Standing,
  type PasswordHashKind,
  type UserChange,
  type UserFilter,
  UserStore,
  type WriteOutcome,
} from '../user-store.js';
import { passwordHashKinds } from './password-hash-kinds.js';
import { UserEntity } from './user.entity.js';
import { searchColumns, usersWhere } from './user-search.js';

/** Held while a write could take the last administrator away, so that two cannot do so at once. */
const ADMINISTRATORS_LOCK = 7_310_003;

@Injectable()
export class TypeormUserStore extends UserStore {
  private readonly users: Repository<UserEntity>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly database: Database,
  ) {
    super();
    this.users = dataSource.getRepository(UserEntity);
  }

  async findById(id: string, disconnection?: AbortSignal): Promise<User | undefined> {
    return userOf(
      await this.database.read((manager) => manager.findOneBy(UserEntity, { id }), disconnection),
    );
  }

  async findStanding(id: string, disconnection?: AbortSignal): Promise<Standing | undefined> {
    const [standing] = await this.database.query<Standing>(
      'user-standing',
      'SELECT status, roles FROM users WHERE id = $1',
      [id],
      disconnection,
    );
    return standing;
  }

  async findAlike(canonical: string, disconnection?: AbortSignal): Promise<NamedUser[]> {
    const entities = await this.database.read(
      (manager) =>
        manager
          .createQueryBuilder(UserEntity, 'users')
          .where(`${dotless('users.canonicalUsername')} = ${dotless(':canonical::text')}`, { canonical })
          .orderBy('(users.canonical_username = :canonical)', 'DESC')
          .limit(2)
          .getMany(),
      disconnection,
    );
    return entities.map((entity) => ({ user: userOf(entity)!, canonicalUsername: entity.canonicalUsername }));
  }

  async isEmpty(): Promise<boolean> {
    return (await this.users.count({ take: 1 })) === 0;
  }

  async add(user: User, canonicalUsername: string): Promise<void> {
    try {
      await this.users.insert({ ...user, ...searchColumns(user), roles: [...user.roles], canonicalUsername });
    } catch (error) {
      if (isUniqueViolation(error)) throw new Conflict('This username is taken.');
      throw error;
    }
  }

  async change(
    id: string,
    { password, roles, ...change }: UserChange & { password?: NewPassword },
    now: Date,
  ): Promise<WriteOutcome> {
    const columns: Partial<UserEntity> = {
      ...change,
      ...searchColumns(change),
      ...(roles === undefined ? {} : { roles: [...roles] }),
      ...(password === undefined
        ? {}
        : { passwordHash: password.hash, credentialsVersion: password.credentialsVersion }),
      updatedAt: now,
    };
    return this.keepingAnAdministrator(
      async (manager) => (await manager.update(UserEntity, { id }, columns)).affected,
    );
  }

  async upgradeHash(id: string, from: string, to: string): Promise<void> {
    await this.users.update({ id, passwordHash: from }, { passwordHash: to });
  }

  async replacePassword(id: string, checked: string, password: NewPassword, now: Date): Promise<boolean> {
    const { affected } = await this.users.update(
      { id, passwordHash: checked },
      { passwordHash: password.hash, credentialsVersion: password.credentialsVersion, updatedAt: now },
    );
    return affected === 1;
  }

  async passwordHashKinds(): Promise<PasswordHashKind[]> {
    return passwordHashKinds(this.dataSource);
  }

  async remove(id: string): Promise<WriteOutcome> {
    return this.keepingAnAdministrator(
      async (manager) => (await manager.delete(UserEntity, { id })).affected,
    );
  }

  async list(filter: UserFilter, before: string | undefined, limit: number): Promise<User[]> {
    const entities = await usersWhere(this.users, filter, before).limit(limit).getMany();
    return entities.map((entity) => userOf(entity)!);
  }

  /** Runs a write and takes it back when there was an active administrator before and there is none after. */
  private async keepingAnAdministrator(
    write: (manager: EntityManager) => Promise<number | null | undefined>,
  ): Promise<WriteOutcome> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      await runner.query('SELECT pg_advisory_xact_lock($1)', [ADMINISTRATORS_LOCK]);
      const hadOne = await hasAdministrator(runner.manager);
      const affected = await write(runner.manager);
      const isLast = hadOne && !(await hasAdministrator(runner.manager));
      await (isLast ? runner.rollbackTransaction() : runner.commitTransaction());
      if (isLast) return 'last_administrator';
      return affected === 1 ? 'done' : 'absent';
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      throw error;
    } finally {
      await runner.release();
    }
  }
}

/**
 * A canonical username with a plain i for ı and for an i with a dot above it. Other letters keep their dots. The index has
 * the same expression.
 */
function dotless(text: string): string {
  return `replace(replace(${text}, 'i\u0307', 'i'), '\u0131', 'i')`;
}

async function hasAdministrator(manager: EntityManager): Promise<boolean> {
  const rows: unknown[] = await manager.query(
    `SELECT 1 FROM users WHERE status = 'active' AND roles @> ARRAY[$1]::text[] LIMIT 1`,
    [ADMINISTRATOR_ROLE],
  );
  return rows.length > 0;
}

function userOf(entity: UserEntity | null): User | undefined {
  if (entity === null) return undefined;
  const { canonicalUsername: _, canonicalName: _name, canonicalEmail: _email, ...user } = entity;
  return { ...user, status: user.status as User['status'] };
}
