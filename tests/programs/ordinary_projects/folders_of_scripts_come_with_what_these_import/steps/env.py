import wave
RESULT = wave.__name__
