// Times the simulation of Jansen-Rit columns: simulated seconds a second.
//
//   simulate-columns [TABLE] [--rounds N]     best of some rounds, 9 unless told otherwise
//
// Tables: none for methods, steps and arithmetics, CPU time of one thread
//   --plain       the same with fast arithmetic, a line each: evoke METHOD STEP RATE
//   --stimuli     what a stimulus for each simulation costs, against one for all
//   --networks    columns that hear one another
//   --threads     two threads against one, 4,096 columns
import Foundation
import NeuralMass

var arguments = Array(CommandLine.arguments.dropFirst())
var rounds = 9
if let place = arguments.firstIndex(of: "--rounds"), place + 1 < arguments.count,
  let number = Int(arguments[place + 1]), number > 0
{
  rounds = number
  arguments.removeSubrange(place...(place + 1))
}

switch arguments {
case []: printMethods(rounds: rounds)
case ["--plain"]: printPlain(rounds: rounds)
case ["--stimuli"]: printStimuli(rounds: rounds)
case ["--networks"]: printNetworks(rounds: rounds)
case ["--threads"]: printThreads(rounds: rounds)
default:
  FileHandle.standardError.write(
    Data("usage: simulate-columns [--plain | --stimuli | --networks | --threads] [--rounds N]\n".utf8))
  exit(64)
}
