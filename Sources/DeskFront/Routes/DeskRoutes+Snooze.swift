import Desk
import HTTPFront
import NIOHTTP1
import Records

/// Alerts that are put aside for a time.
extension DeskRoutes {
    var snoozeRoutes: [DeskRoute] {
        [
            .post("/alerts/{}/snooze", needs: .work, about: .alert) { request, frame in
                guard let hours = request.form?["hours"].flatMap({ Int64($0) }), SnoozePanel.hours.contains(hours)
                else {
                    return trouble(.badRequest, Trouble.unreadable, frame)
                }
                let wakes = WakeEvent.allCases.filter { request.form?["wake_\($0.rawValue)"] == "1" }
                return try await act(
                    .aside(.snooze(until: frame.now + hours * 3_600_000_000, wakes: Set(wakes))), request, frame)
            },
            .post("/alerts/{}/pause", needs: .work, about: .alert) { request, frame in
                guard let hours = request.form?["hours"].flatMap({ Int64($0) }), SnoozePanel.hours.contains(hours),
                    let awaited = request.form?["waits_for"].flatMap({ Pause.Awaited(rawValue: $0) })
                else { return trouble(.badRequest, Trouble.unreadable, frame) }
                return try await act(
                    .aside(.pause(until: frame.now + hours * 3_600_000_000, awaited)), request, frame)
            },
            .post("/alerts/{}/resume", needs: .work, about: .alert) { request, frame in
                try await act(.aside(.resume), request, frame)
            },
            .post("/alerts/{}/wake", needs: .work, about: .alert) { request, frame in
                try await act(.aside(.wake(nil)), request, frame)
            },
        ]
    }
}
