import Desk
import DeskStore
import HTTPFront
import NIOHTTP1
import Records

/// Payments that never alerted, and their way before the desk.
extension DeskRoutes {
    var paymentRoutes: [DeskRoute] {
        let one = DeskRoute.Subject.object(missing: .noPayment) { request, frame in
            guard let found = try found(request) else { return .missing }
            return frame.scope.has(found.payment) ? .own : .foreign
        }
        return [
            .get("/payments", needs: .work, about: .list) { request, frame in try payments(request, frame) },
            .get("/payments/{}", needs: .work, about: one) { request, frame in try payment(request, frame) },
            .post("/payments/{}/raise", needs: .work, about: one) { request, frame in
                try await raise(request, frame)
            },
        ]
    }

    private func payments(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        let query = request.query ?? []
        func value(_ name: String) -> String? { query.last { $0.name == name }?.value }
        func fault(_ field: String, _ reason: Mistake) -> QueueFilter.Fault {
            QueueFilter.Fault(field: field, reason: reason)
        }
        guard query.allSatisfy({ ["by", "name", "before"].contains($0.name) }) else {
            throw QueueFilter.Fault(field: nil, reason: .unknownFilter)
        }
        guard let kind = PaymentName(rawValue: value("by") ?? PaymentName.customer.rawValue) else {
            throw fault("by", .notListed)
        }
        let name = value("name") ?? ""
        guard name.utf8.count <= 512 else { throw fault("name", .tooLong) }
        let before = value("before").map { Int64($0) }
        guard before != .some(nil) else { throw fault("before", .noPlace) }
        var found =
            name.isEmpty ? (rows: [], next: nil) : try service.index.payments(by: kind, name, before: before ?? nil)
        found.rows.removeAll { !frame.scope.has($0.payment) }
        return Reply(page: PaymentsPage(frame: frame, kind: kind, name: name, rows: found.rows, next: found.next).html)
    }

    private func found(_ request: DeskRequest) throws -> FoundPayment? {
        guard let source = PaymentPage.source(request.call.place) else { return nil }
        return try service.index.payment(at: source)
    }

    private func payment(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        guard let found = try found(request) else { return trouble(.notFound, .noPayment, frame) }
        if found.isListed { return Reply(seeOther: PaymentPage.target(found)) }
        return Reply(page: PaymentPage(frame: frame, payment: found.payment, act: service.newAct()).html)
    }

    private func raise(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        guard let found = try found(request), let me = frame.me else { return trouble(.notFound, .noPayment, frame) }
        let remark = request.form?["remark"] ?? ""
        func refused(_ status: HTTPResponseStatus, _ reason: Phrase) -> Reply {
            Reply(
                status,
                page: PaymentPage(
                    frame: frame, payment: found.payment, act: service.newAct(), trouble: frame.text(reason),
                    remark: remark
                ).html)
        }
        guard remark.utf8.count <= Act.noteLimit else { return refused(.unprocessableEntity, Trouble.longRemark) }
        guard let payment = found.payment.transaction, let item = found.payment.decided?.item else {
            return refused(.unprocessableEntity, .undecided)
        }
        let act = request.form?["act"].flatMap { ActID($0) }
        // A form that is sent again finds its payment listed: its own act has done it.
        if found.isListed, try act.flatMap({ try service.index.outcome(of: $0) }) == nil {
            return trouble(.conflict, Work.Refusal.alreadyRaised.phrase, frame)
        }
        let outcome = try await service.settle(
            .raise(found.payment.source, transaction: payment.id), on: item, by: me, remark: remark, id: act)
        switch outcome {
        case .done: return Reply(seeOther: "/alerts/\(item)")
        case .refused(let reason): return refused(.conflict, reason.phrase)
        }
    }
}

extension DeskRoutes.Trouble {
    static let longRemark = Phrase(
        "The remark has more than \(Act.noteLimit) bytes.", "Die Bemerkung hat mehr als \(Act.noteLimit) Bytes.")
}

extension TeamScope {
    /// Whether a payment, decided or not, is one of the team's.
    fileprivate func has(_ payment: KnownPayment) -> Bool {
        has(
            band: payment.decided?.band, kind: payment.transaction?.kind, channel: payment.transaction?.channel,
            amount: payment.transaction?.amount)
    }
}
