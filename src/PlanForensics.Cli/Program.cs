using System.Runtime.InteropServices;
using System.Text;
using PlanForensics.Cli;

using CancellationTokenSource cancel = new();
void Cancel(PosixSignalContext context)
{
    // A second signal ends the process at once.
    context.Cancel = !cancel.IsCancellationRequested;
    cancel.Cancel();
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
using Stream bytes = Console.OpenStandardOutput();
using StreamWriter output = new(bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n", AutoFlush = false };
bool outputIsTerminal = !Console.IsOutputRedirected;
// A dumb terminal (an editor's shell) moves no cursor and knows no colours.
bool isDumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
int result = CommandLine.Run(args, new Session(output, Console.Error)
{
    OutputIsTerminal = outputIsTerminal,
    ErrorIsTerminal = !Console.IsErrorRedirected && !isDumb,
    UseColour = outputIsTerminal && !isDumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
    Width = outputIsTerminal ? Math.Max(Console.WindowWidth, 40) : Session.DefaultWidth,
    Cancellation = cancel.Token,
    OutputBytes = bytes,
});
output.Flush();
return result;
