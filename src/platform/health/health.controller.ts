import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { Unavailable } from '../../protocol/problem.js';
import { HealthChecks } from './health-checks.js';

/** What an orchestrator asks. It tells that something is wrong, and to the log what. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(private readonly checks: HealthChecks) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process runs' })
  @ApiOkResponse({ description: 'It does.', content: { 'application/json': { example: { status: 'up' } } } })
  live(): { status: 'up' } {
    return { status: 'up' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether requests can be served: database, migrations and signing keys' })
  @ApiOkResponse({ description: 'They can.', content: { 'application/json': { example: { status: 'up' } } } })
  @ApiServiceUnavailableResponse({ description: 'Not now; ask again after `Retry-After` seconds.' })
  async ready(): Promise<{ status: 'up' }> {
    if (!(await this.checks.allPass())) throw new Unavailable(2);
    return { status: 'up' };
  }
}
