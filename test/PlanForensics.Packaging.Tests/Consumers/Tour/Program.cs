using PlanForensics.Packaging.Tests.Consumers.Tour;

Tour.Run(Console.Out, args[0]);
