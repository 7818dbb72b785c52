import { Command } from '@nestjs/cqrs';

/** Closes every campaign that has nobody left to call and no live call, or whose end has come. Sent by the tick. */
export class CloseFinishedCampaignsCommand extends Command<{ completed: string[] }> {}
