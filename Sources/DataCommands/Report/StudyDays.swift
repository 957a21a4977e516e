import ArgumentParser
import Terminal
import Worlds

/// The days of a study in the clear: those that models learn from, and later ones that are measured.
struct StudyDays: ParsableArguments {
    @Option(help: ArgumentHelp("Days to train on, both included; earlier ones fill windows.", valueName: "from..to"))
    var train: String

    @Option(help: ArgumentHelp("Days to measure on, both included.", valueName: "from..to"))
    var test: String

    /// Day numbers of both.
    ///
    /// - Throws: a sentence where a range is none, or the test begins before training ends.
    func ranges() throws -> (train: ClosedRange<Int>, test: ClosedRange<Int>) {
        let train = try DayRange(self.train).days
        let test = try DayRange(self.test).days
        guard train.upperBound < test.lowerBound else {
            throw Failure("the test days \(self.test) begin before the training days \(self.train) end")
        }
        return (train, test)
    }
}
