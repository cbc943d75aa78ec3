import { Injectable } from '@nestjs/common';
import { ServerConfig } from '../../../config/config.js';

/**
 * What upstreams learn of how this server is called, as X-Forwarded-Proto and X-Forwarded-Host: the issuer's origin, and
 * never what a request says of itself.
 */
@Injectable()
export class PublicOrigin {
  readonly proto: 'http' | 'https';
  readonly host: string;

  constructor({ issuer }: ServerConfig) {
    const { protocol, host } = new URL(issuer);
    this.proto = protocol === 'https:' ? 'https' : 'http';
    this.host = host;
  }
}
