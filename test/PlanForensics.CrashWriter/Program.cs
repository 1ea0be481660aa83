using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Store;

// Records until it is killed: PATH STEPS. Each flush is one batch of STEPS steps of one request; a line on stdout says that it was committed.
string path = args[0];
int steps = int.Parse(args[1], CultureInfo.InvariantCulture);
using Recorder recorder = Recorder.Start(path, new RecorderOptions
{
    WhenFull = QueueFullPolicy.Block,
    BatchSteps = int.MaxValue,
    BatchInterval = TimeSpan.FromHours(1),
});
for (int request = 0; ; request++)
{
    RequestRecording recording = recorder.Begin($"r{request}", new ModelIdentity { Name = "crash" }, EffectiveRequest.FromTokenIds([request]));
    for (int batch = 0; batch < 4; batch++)
    {
        for (int index = 0; index < steps; index++)
        {
            StepState state = new()
            {
                StepIndex = (batch * steps) + index,
                Phase = ExecutionPhase.Decode,
                Shape = new StepShape { QueryLength = 1, KeyLength = 1 + index },
                KernelVariant = $"kernel {batch}",
            };
            float[] logits = [request, batch, index, -1];
            recording.Step(state, StepObservation.FromLogits(TensorValue.FromFp32(logits, 4), index));
        }

        recorder.Flush();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{request} {batch}"));
    }

    recording.Complete("length");
}
