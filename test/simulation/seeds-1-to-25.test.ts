import { seededRuns } from './laboratory.js';

seededRuns(1, 25);
