import EventLogs
import Stages
import TokenService

extension Moment {
    /// A moment that has passed by every clock: who waits until then waits for nothing.
    static let past = Moment(sinceStart: .zero)
}

extension TokenStage {
    /// A turn that waits for nothing.
    @discardableResult
    func turn() throws -> Turn { try turn(until: .past) }
}

extension OPRFKeyStage {
    /// A turn that waits for nothing; what has come of it.
    func turn() throws -> [TokenKeyEvent] {
        _ = try turn(until: .past)
        return takeEvents()
    }
}
