import { Controller, Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { Environment } from '../../shared/environment/environment.js';
import { DEFAULT_BOUNDS, patienceOf } from './bounds.js';
import { checkInvariants, type Read } from './check-invariants.js';
import { InvariantsDto } from './invariants.dto.js';

/** An operator waits for the answer, and proxies in between give up after half a minute or so. */
const STATEMENT_MS = 2_000;
const BUDGET_MS = 20_000;

@Controller('api/v1/operations')
export class InvariantsController {
  private checking: Promise<InvariantsDto> | null = null;

  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly environment: Environment,
  ) {}

  @Get('invariants')
  @ApiOperation({ summary: 'Does everything hold that the dial protocol promises?' })
  async read(): Promise<InvariantsDto> {
    // However many ask at once, the database is gone through once.
    this.checking ??= this.check().finally(() => (this.checking = null));
    return this.checking;
  }

  private async check(): Promise<InvariantsDto> {
    return checkInvariants(this.readOnly, {
      ...DEFAULT_BOUNDS,
      ...patienceOf(this.environment),
      at: await this.clock.now(),
      statementMs: STATEMENT_MS,
      budgetMs: BUDGET_MS,
    });
  }

  private readonly readOnly: Read = (sql, parameters, statementMs) =>
    this.database.transaction(
      async (tx) => {
        // Compiling costs more than it saves in statements that find nothing.
        await tx.execute(`SET TRANSACTION READ ONLY`);
        await tx.execute(`SET LOCAL jit = off`);
        return tx.rows<object>(sql, parameters);
      },
      { retries: 0, limits: { statementMs, transactionMs: statementMs + 2_000 } },
    );
}
