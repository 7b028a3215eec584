import type { Routes } from '../context.ts';
import { ImmichRefusal } from '../errors.ts';

/** Users, API keys and the server's version (facts, section 3). */
export const userRoutes: Routes = (app, { state, login }) => {
  app.get('/users/me', (request) => {
    const { id, name, email, isAdmin } = login(request, 'user.read');
    return { id, name, email, isAdmin, profileImagePath: '', avatarColor: 'primary' };
  });
  app.get('/api-keys/me', (request) => {
    login(request, null);
    const key = state.keys.get(String(request.headers['x-api-key']));
    if (key === undefined) throw new ImmichRefusal(401, 'Invalid API key');
    return { id: key.id, name: 'faces', permissions: [...key.permissions] };
  });
  app.get('/server/version', () => ({ ...state.version, prerelease: null }));
  app.get('/server/ping', () => ({ res: 'pong' }));
  // In maintenance it says true (server/src/maintenance/maintenance-worker.service.ts at immich 0bc0f4c3).
  app.get('/server/config', () => ({ isInitialized: true, maintenanceMode: false }));
  app.get('/server/features', () => ({
    facialRecognition: state.facialRecognition,
    search: true,
    trash: true,
  }));
};
