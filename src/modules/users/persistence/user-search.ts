import type { Repository, SelectQueryBuilder } from 'typeorm';
import { canonicalUsername } from '../usernames/canonical-username.js';
import type { User } from '../user.js';
import type { UserFilter } from '../user-store.js';
import type { UserEntity } from './user.entity.js';

/** The columns that a name and an address are searched in; those of what is not written stay as they are. */
export function searchColumns({ name, email }: Partial<Pick<User, 'name' | 'email'>>): Partial<UserEntity> {
  return {
    ...(name === undefined ? {} : { canonicalName: name === null ? null : canonicalUsername(name) }),
    ...(email === undefined ? {} : { canonicalEmail: email === null ? null : canonicalUsername(email) }),
  };
}

/** Users, newest first. Every condition has its index: see the migration. */
export function usersWhere(
  users: Repository<UserEntity>,
  { username, email, prefix, status, role }: UserFilter,
  before: string | undefined,
): SelectQueryBuilder<UserEntity> {
  const query = users.createQueryBuilder('users').orderBy('users.id', 'DESC');
  if (before !== undefined) query.andWhere('users.id < :before', { before });
  if (username !== undefined) query.andWhere('users.canonicalUsername = :username', { username });
  if (email !== undefined) query.andWhere('users.canonicalEmail = :email', { email });
  if (status !== undefined) query.andWhere('users.status = :status', { status });
  if (role !== undefined) query.andWhere('users.roles @> ARRAY[:role]::text[]', { role });
  if (prefix !== undefined) {
    query.andWhere(
      '(users.canonicalUsername LIKE :like OR users.canonicalName LIKE :like OR users.canonicalEmail LIKE :like)',
      { like: `${prefix.replaceAll(/[\\%_]/g, '\\$&')}%` },
    );
  }
  return query;
}
