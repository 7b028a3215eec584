import type { Routes } from '../context.ts';

export const peopleRoutes: Routes = () => undefined;
