import { openFaceApiOnCpu } from '../../src/nets/face-api-cpu.ts';
import { loadWeights } from '../../src/nets/face-api.ts';
import {
  writeFaceLandmark68,
  writeFaceRecognition,
  writeTinyFaceDetector,
  type LandmarkParams,
  type RecognitionParams,
  type TinyParams,
} from './face-nets.ts';
import { writeSsdMobilenetV1, type SsdParams } from './ssd-mobilenet-v1.ts';

/** The .onnx files by name. */
export async function makeGraphs(weightsDir: string): Promise<Record<string, Uint8Array>> {
  const faceApi = await openFaceApiOnCpu();
  const ssd = new faceApi.SsdMobilenetv1();
  const tiny = new faceApi.TinyFaceDetector();
  const landmarks = new faceApi.FaceLandmark68Net();
  const recognition = new faceApi.FaceRecognitionNet();
  await loadWeights(faceApi, ssd, { weightsDir, file: 'ssdMobilenetV1' });
  await loadWeights(faceApi, tiny, { weightsDir, file: 'tinyFaceDetector' });
  await loadWeights(faceApi, landmarks, { weightsDir, file: 'faceLandmark68' });
  await loadWeights(faceApi, recognition, { weightsDir, file: 'faceRecognition' });
  return {
    'ssd_mobilenet_v1.onnx': writeSsdMobilenetV1(ssd.params as SsdParams),
    'tiny_face_detector.onnx': writeTinyFaceDetector(tiny.params as TinyParams),
    'face_landmark_68.onnx': writeFaceLandmark68({
      extractor: landmarks.faceFeatureExtractor.params as LandmarkParams['extractor'],
      ...(landmarks.params as Pick<LandmarkParams, 'fc'>),
    }),
    'face_recognition.onnx': writeFaceRecognition(recognition.params as RecognitionParams),
  };
}
