import type { Routes } from '../context.ts';

export const albumsRoutes: Routes = () => undefined;
