// Generated from the table of messages by `make gen`; do not edit.

import type {
  AlertOpen,
  AlertShowEvent,
  AttemptById,
  AttemptReply,
  AuditListRequest,
  AuditListResponse,
  BarcodeData,
  BarcodeEvent,
  BillSplitRequest,
  BillSplitResponse,
  BranchListResponse,
  BranchMenuCompareRequest,
  BranchMenuCompareResponse,
  BranchMenuGetRequest,
  BranchMenuGetResponse,
  BranchOrderFindRequest,
  BranchOrderFindResponse,
  BranchReportGetRequest,
  BranchReportGetResponse,
  CashReceiptCancelRequest,
  CashReceiptChangeEvent,
  CashReceiptIssueRequest,
  CashReceiptListRequest,
  CashReceiptListResponse,
  CashReceiptReply,
  CashReceiptSendRequest,
  CatalogCategoryAddRequest,
  CatalogCategoryChangeEvent,
  CatalogCategoryListResponse,
  CatalogCategoryUpdateRequest,
  CatalogExportCreateRequest,
  CatalogImportApplyRequest,
  CatalogImportApplyResponse,
  CatalogImportBadRowsRequest,
  CatalogImportPreviewRequest,
  CatalogImportPreviewResponse,
  CatalogItemAddRequest,
  CatalogItemAdjustStockRequest,
  CatalogItemBeforeAddFillRequest,
  CatalogItemBeforeAddFillResponse,
  CatalogItemBeforeAddListResponse,
  CatalogItemChangeEvent,
  CatalogItemEventRequest,
  CatalogItemEventResponse,
  CatalogItemFindRequest,
  CatalogItemFindResponse,
  CatalogItemListResponse,
  CatalogItemOptionAddRequest,
  CatalogItemOptionChangeEvent,
  CatalogItemOptionListResponse,
  CatalogItemOptionSetChoiceStateRequest,
  CatalogItemOptionUpdateRequest,
  CatalogItemPageRequest,
  CatalogItemPageResponse,
  CatalogItemSetStateRequest,
  CatalogItemUpdateRequest,
  CatalogPictureAddRequest,
  CatalogPictureAddResponse,
  CategoryById,
  CategoryReply,
  CommandGetRequest,
  CommandGetResponse,
  CustomerDisplayChangeEvent,
  CustomerDisplayGetResponse,
  DeviceClaimRequest,
  DeviceClaimResponse,
  DeviceInfoResponse,
  DeviceListResponse,
  DevicePairRequest,
  DevicePairResponse,
  DeviceRevokeRequest,
  Done,
  DownloadReply,
  DraftOrderAddDiscountRequest,
  DraftOrderAddItemDiscountRequest,
  DraftOrderAddLineItemRequest,
  DraftOrderChangeEvent,
  DraftOrderDeleteDiscountRequest,
  DraftOrderDeleteItemDiscountRequest,
  DraftOrderDeleteLineItemRequest,
  DraftOrderListHeldResponse,
  DraftOrderResumeRequest,
  DraftOrderStartPayment,
  DraftOrderSubmitRequest,
  DraftOrderUpdateDiningOptionRequest,
  DraftOrderUpdateIsIgnorePrintRequest,
  DraftOrderUpdateItemMemoRequest,
  DraftOrderUpdateItemOptionChoicesRequest,
  DraftOrderUpdateItemQuantityRequest,
  DraftOrderUpdateRequest,
  DraftReply,
  EventListRequest,
  EventListResponse,
  HallAddRequest,
  HallChangeEvent,
  HallListResponse,
  HallReply,
  HallUpdateRequest,
  HeldDraftOrderChangeEvent,
  HostedPluginChangeEvent,
  HostedPluginListResponse,
  HttpRequest,
  HttpResponse,
  InstallData,
  ItemById,
  ItemReply,
  KdsBoardChangeEvent,
  KdsBoardGetRequest,
  KdsBoardGetResponse,
  KdsOrderItemAcknowledgeRequest,
  KdsOrderItemBumpRequest,
  KdsOrderItemChangeEvent,
  KdsOrderItemFireResponse,
  KdsOrderItemGetListRequest,
  KdsOrderItemGetListResponse,
  KdsOrderItemPrioritizeRequest,
  KdsOrderItemRecallRequest,
  KdsOrderItemRemakeRequest,
  KdsStationDeleteRequest,
  KdsStationListResponse,
  KdsStationSaveRequest,
  KdsStationSaveResponse,
  KeyData,
  KitchenOrderData,
  LayoutDeleteData,
  LockById,
  LockReply,
  Log,
  MenuPushAddRequest,
  MenuPushGetRequest,
  MenuPushListResponse,
  MerchantInfoResponse,
  NavigationNavigate,
  NavigationShowEvent,
  Nothing,
  NoticeEvent,
  OptionById,
  OptionReply,
  OrderAcceptRequest,
  OrderAddLineRequest,
  OrderAddMenuRequest,
  OrderAddRequest,
  OrderById,
  OrderCancelRequest,
  OrderCancelResponse,
  OrderChangeEvent,
  OrderDeclineRequest,
  OrderFindRequest,
  OrderGetListRequest,
  OrderHistoryRequest,
  OrderHistoryResponse,
  OrderLockRequest,
  OrderRefundAmountRequest,
  OrderRemoveLineRequest,
  OrderReply,
  OrderReturnLineRequest,
  OrderSearchRequest,
  OrderSplitRequest,
  OrderSplitResponse,
  OrderSubmitRequest,
  OrderUpdateLineRequest,
  OrderUpdateRequest,
  OrderViewEvent,
  OrdersReply,
  PartyData,
  PartyReply,
  PaymentAddRequest,
  PaymentAttemptChangeEvent,
  PaymentAttemptListRequest,
  PaymentAttemptListResponse,
  PaymentAttemptResolveRequest,
  PaymentCancelRequest,
  PaymentCancelResponse,
  PaymentChangeEvent,
  PaymentConfirmRefundRequest,
  PaymentEventRequest,
  PaymentGetRequest,
  PaymentMethodAdd,
  PaymentMethodChangeEvent,
  PaymentMethodEventRequest,
  PaymentMethodEventResponse,
  PaymentMethodListRequest,
  PaymentMethodListResponse,
  PaymentMethodRemove,
  PaymentRefundChangeEvent,
  PaymentRefundListRequest,
  PaymentRefundListResponse,
  PaymentRefundPlanRequest,
  PaymentRefundPlanResponse,
  PaymentRefundResolveRequest,
  PaymentRefundResolveResponse,
  PaymentReply,
  PaymentStartRequest,
  PluginBudgetGetRequest,
  PluginBudgetGetResponse,
  PluginChangeEvent,
  PluginInfoResponse,
  PluginInspectResponse,
  PluginListResponse,
  PluginLogEvent,
  PluginLogListRequest,
  PluginLogListResponse,
  PluginOpenSessionRequest,
  PluginOpenSessionResponse,
  PluginReply,
  PluginReportRequest,
  PluginReportResponse,
  PluginRestartRequest,
  PluginSettingGetRequest,
  PluginSettingGetResponse,
  PluginSettingPressRequest,
  PluginSettingUpdateRequest,
  PluginSettingUpdateResponse,
  PluginStoppingEvent,
  PluginUnicastEvent,
  PluginUnicastSend,
  PluginUninstallRequest,
  PluginUpdateRequest,
  PopupCloseEvent,
  PopupOpenRequest,
  PopupReply,
  PopupRequest,
  PowerSaverChangeEvent,
  PowerSaverIsBlockedResponse,
  PushReply,
  ReceiptGetRequest,
  ReceiptGetResponse,
  ReconcileChangeEvent,
  ReconcileListRequest,
  ReconcileListResponse,
  RefundsReply,
  ReservationAddRequest,
  ReservationChangeEvent,
  ReservationData,
  ReservationListRequest,
  ReservationListResponse,
  ReservationReply,
  ReservationSeatRequest,
  SessionOpenRequest,
  SessionOpenResponse,
  SessionPingResponse,
  SetData,
  SettingButtonEvent,
  SettingChangeEvent,
  SettingSetInputsRequest,
  SettingValuesResponse,
  SettlementGetRequest,
  SettlementGetResponse,
  ShopDirectoryAddRequest,
  ShopDirectoryInviteRequest,
  ShopDirectoryInviteResponse,
  ShopDirectoryListResponse,
  ShopDirectoryResumeRequest,
  ShopDirectorySetGroupsRequest,
  ShopDirectorySuspendRequest,
  ShopReply,
  ShopSettingReply,
  ShopSettingUpdateRequest,
  SoundPlay,
  SoundPlayEvent,
  StaffApproveRequest,
  StaffApproveResponse,
  StaffDeleteRequest,
  StaffListResponse,
  StaffLoginRequest,
  StaffLoginResponse,
  StaffSaveRequest,
  StaffSaveResponse,
  SubscribeRequest,
  SubscribeResponse,
  TableAddRequest,
  TableChangeEvent,
  TableClearRequest,
  TableGetRequest,
  TableGetResponse,
  TableGroupRequest,
  TableLayoutReply,
  TableListResponse,
  TableMergeRequest,
  TableMoveRequest,
  TableOrderReply,
  TableSeatRequest,
  TableSeatResponse,
  TableStatusChangeEvent,
  TableStatusListResponse,
  TableSwapRequest,
  TableUndoRequest,
  TableUngroupRequest,
  TableUpdateRequest,
  TablesReply,
  TerminalChangeEvent,
  TerminalListRequest,
  TerminalListResponse,
  TerminalRemoveRequest,
  TerminalSaveRequest,
  TerminalSaveResponse,
  TicketReply,
  ToastButtonClick,
  ToastOpen,
  ToastPressRequest,
  ToastShowEvent,
  ValueReply,
  WaitingAddRequest,
  WaitingChangeEvent,
  WaitingListResponse,
  WaitingModeChangeEvent,
  WaitingSeatRequest,
  WaitingSetModeRequest,
  WaitingSetModeResponse,
  WebsocketConnectRequest,
  WebsocketDisconnectRequest,
  WebsocketEvent,
  WebsocketSend,
} from './types.js';

/** Message name → what it carries, what it answers, and who may send it. */
export interface Messages {
  /** show a message staff must confirm */
  'alert.open': { kind: 'notify'; data: AlertOpen; rateLimited: false; scope: 'ui' };
  /** draw a plugin's alert */
  'alert.show.event': { kind: 'push'; data: AlertShowEvent; rateLimited: false; scope: 'till' };
  /** The journal as an audit: who, when, where, what (SEC-2). */
  'audit.list.request': { kind: 'request'; data: AuditListRequest; reply: AuditListResponse; rateLimited: false; scope: 'staff:own' };
  /** something was scanned */
  'barcode.event': { kind: 'push'; data: BarcodeEvent; rateLimited: false; scope: 'device' | 'till' };
  /** a scan at this till */
  'barcode.scan.request': { kind: 'request'; data: BarcodeData; reply: Done; rateLimited: false; scope: 'till' };
  /** as if the till had scanned it */
  'barcode.send.request': { kind: 'request'; data: BarcodeData; reply: Done; rateLimited: false; scope: 'device' };
  /** Compute the parts of a bill (SPL-1 … SPL-3); `by` says which of the other keys is needed. */
  'bill.split.request': { kind: 'request'; data: BillSplitRequest; reply: BillSplitResponse; rateLimited: false; scope: 'staff:order' };
  /** What a push would change in a shop. */
  'branch-menu.compare.request': { kind: 'request'; data: BranchMenuCompareRequest; reply: BranchMenuCompareResponse; rateLimited: false; scope: 'branch-menu:read' };
  /** A shop's menu. */
  'branch-menu.get.request': { kind: 'request'; data: BranchMenuGetRequest; reply: BranchMenuGetResponse; rateLimited: false; scope: 'branch-menu:read' };
  /** Orders of several shops by number, state and time, the newest first. */
  'branch-order.find.request': { kind: 'request'; data: BranchOrderFindRequest; reply: BranchOrderFindResponse; rateLimited: false; scope: 'branch-order:read' };
  /** Sales and tenders of several shops by trading day. */
  'branch-report.get.request': { kind: 'request'; data: BranchReportGetRequest; reply: BranchReportGetResponse; rateLimited: false; scope: 'branch-report:read' };
  /** The shops within reach of whoever asks. */
  'branch.list.request': { kind: 'request'; data: Nothing; reply: BranchListResponse; rateLimited: false; scope: 'branch-report:read' | 'branch-order:read' | 'branch-menu:read' | 'branch-menu:push' };
  /** Takes a receipt back, all that stands unless an amount is given. */
  'cash-receipt.cancel.request': { kind: 'request'; data: CashReceiptCancelRequest; reply: CashReceiptReply; rateLimited: false; scope: 'staff:manage' };
  /** A receipt of the till was asked for, sent, issued, refused or taken back. */
  'cash-receipt.change.event': { kind: 'push'; data: CashReceiptChangeEvent; rateLimited: false; scope: 'staff:pay' };
  /** Registers a cash receipt that was issued outside. */
  'cash-receipt.issue.request': { kind: 'request'; data: CashReceiptIssueRequest; reply: Done; rateLimited: true; scope: 'payment:write' };
  /** Receipts of the till, newest first. states: of the issue or of a cancel; none = all.  orderId: of one order. */
  'cash-receipt.list.request': { kind: 'request'; data: CashReceiptListRequest; reply: CashReceiptListResponse; rateLimited: false; scope: 'staff:pay' };
  /** A receipt for a payment taken in cash. identifier: none for SELF; kept and encoded masked. */
  'cash-receipt.send.request': { kind: 'request'; data: CashReceiptSendRequest; reply: CashReceiptReply; rateLimited: false; scope: 'staff:pay' };
  /** A new category. */
  'catalog-category.add.request': { kind: 'request'; data: CatalogCategoryAddRequest; reply: CategoryReply; rateLimited: false; scope: 'catalog:write' | 'staff:manage' };
  /** A category was added, changed or deleted. */
  'catalog-category.change.event': { kind: 'push'; data: CatalogCategoryChangeEvent; rateLimited: false; scope: 'catalog:read' };
  /** Delete a category that holds no items. */
  'catalog-category.delete.request': { kind: 'request'; data: CategoryById; reply: Done; rateLimited: false; scope: 'catalog:write' | 'staff:manage' };
  /** One category. */
  'catalog-category.get.request': { kind: 'request'; data: CategoryById; reply: CategoryReply; rateLimited: true; scope: 'catalog:read' };
  /** All categories in menu order. */
  'catalog-category.list.request': { kind: 'request'; data: Nothing; reply: CatalogCategoryListResponse; rateLimited: true; scope: 'catalog:read' };
  /** Change a category. */
  'catalog-category.update.request': { kind: 'request'; data: CatalogCategoryUpdateRequest; reply: CategoryReply; rateLimited: false; scope: 'catalog:write' | 'staff:manage' };
  /** The whole menu as a CSV or XLSX file. */
  'catalog-export.create.request': { kind: 'request'; data: CatalogExportCreateRequest; reply: DownloadReply; rateLimited: false; scope: 'staff:manage' };
  /** Take in what was previewed, up to 250 items at a time. */
  'catalog-import.apply.request': { kind: 'request'; data: CatalogImportApplyRequest; reply: CatalogImportApplyResponse; rateLimited: false; scope: 'staff:manage' };
  /** The rows of an import that are wrong, as a file with the reasons. */
  'catalog-import.bad-rows.request': { kind: 'request'; data: CatalogImportBadRowsRequest; reply: DownloadReply; rateLimited: false; scope: 'staff:manage' };
  /** What an uploaded menu file would change; nothing is written. */
  'catalog-import.preview.request': { kind: 'request'; data: CatalogImportPreviewRequest; reply: CatalogImportPreviewResponse; rateLimited: false; scope: 'staff:manage' };
  /** A new option group. */
  'catalog-item-option.add.request': { kind: 'request'; data: CatalogItemOptionAddRequest; reply: OptionReply; rateLimited: false; scope: 'catalog:write' | 'staff:manage' };
  /** An option group was added, changed, deleted, or a choice sold out or is back. */
  'catalog-item-option.change.event': { kind: 'push'; data: CatalogItemOptionChangeEvent; rateLimited: false; scope: 'catalog:read' };
  /** Delete an option group; items that used it go without. */
  'catalog-item-option.delete.request': { kind: 'request'; data: OptionById; reply: Done; rateLimited: false; scope: 'catalog:write' | 'staff:manage' };
  /** One option group. */
  'catalog-item-option.get.request': { kind: 'request'; data: OptionById; reply: OptionReply; rateLimited: true; scope: 'catalog:read' };
  /** All option groups. */
  'catalog-item-option.list.request': { kind: 'request'; data: Nothing; reply: CatalogItemOptionListResponse; rateLimited: true; scope: 'catalog:read' };
  /** Mark a choice sold out or on sale. */
  'catalog-item-option.set-choice-state.request': { kind: 'request'; data: CatalogItemOptionSetChoiceStateRequest; reply: OptionReply; rateLimited: false; scope: 'catalog:write' | 'staff:order' };
  /** Change an option group. */
  'catalog-item-option.update.request': { kind: 'request'; data: CatalogItemOptionUpdateRequest; reply: OptionReply; rateLimited: false; scope: 'catalog:write' | 'staff:manage' };
  /** A new item. */
  'catalog-item.add.request': { kind: 'request'; data: CatalogItemAddRequest; reply: ItemReply; rateLimited: false; scope: 'catalog:write' | 'staff:manage' };
  /** Goods came, went or were counted. */
  'catalog-item.adjust-stock.request': { kind: 'request'; data: CatalogItemAdjustStockRequest; reply: ItemReply; rateLimited: false; scope: 'catalog:write' | 'staff:manage' };
  /** Have a plugin fill in a new item; nothing is saved. */
  'catalog-item.before-add-fill.request': { kind: 'request'; data: CatalogItemBeforeAddFillRequest; reply: CatalogItemBeforeAddFillResponse; rateLimited: false; scope: 'staff:manage' };
  /** Does a plugin fill in new items? */
  'catalog-item.before-add-health-check.request': { kind: 'host-request'; data: Nothing; reply: Done; rateLimited: false; scope: 'catalog:read' };
  /** Which plugins fill in a new item? */
  'catalog-item.before-add-list.request': { kind: 'request'; data: Nothing; reply: CatalogItemBeforeAddListResponse; rateLimited: false; scope: 'staff:manage' };
  /** An item was added, changed, deleted, sold out or is back. */
  'catalog-item.change.event': { kind: 'push'; data: CatalogItemChangeEvent; rateLimited: false; scope: 'catalog:read' };
  /** Take an item off the menu; it stays readable by id. */
  'catalog-item.delete.request': { kind: 'request'; data: ItemById; reply: Done; rateLimited: false; scope: 'catalog:write' | 'staff:manage' };
  /** Staff add an item and ask a plugin to fill in. */
  'catalog-item.event.request': { kind: 'host-request'; data: CatalogItemEventRequest; reply: CatalogItemEventResponse; rateLimited: false; scope: 'catalog:read' };
  /** Items by barcode or text. */
  'catalog-item.find.request': { kind: 'request'; data: CatalogItemFindRequest; reply: CatalogItemFindResponse; rateLimited: false; scope: 'catalog:read' | 'staff:order' };
  /** One item, deleted ones included. */
  'catalog-item.get.request': { kind: 'request'; data: ItemById; reply: ItemReply; rateLimited: true; scope: 'catalog:read' };
  /** The whole menu. */
  'catalog-item.list.request': { kind: 'request'; data: Nothing; reply: CatalogItemListResponse; rateLimited: true; scope: 'catalog:read' };
  /** The menu by pages, of a category or a search. */
  'catalog-item.page.request': { kind: 'request'; data: CatalogItemPageRequest; reply: CatalogItemPageResponse; rateLimited: false; scope: 'catalog:read' | 'staff:order' };
  /** Mark an item or price sold out, unavailable or on sale. */
  'catalog-item.set-state.request': { kind: 'request'; data: CatalogItemSetStateRequest; reply: ItemReply; rateLimited: false; scope: 'catalog:write' | 'staff:order' };
  /** Change an item; orders made before keep what they had. */
  'catalog-item.update.request': { kind: 'request'; data: CatalogItemUpdateRequest; reply: ItemReply; rateLimited: false; scope: 'catalog:write' | 'staff:manage' };
  /** Keep an uploaded picture for an item. */
  'catalog-picture.add.request': { kind: 'request'; data: CatalogPictureAddRequest; reply: CatalogPictureAddResponse; rateLimited: false; scope: 'staff:manage' };
  /** The stored answer of a write whose reply was lost (PAY-7). */
  'command.get.request': { kind: 'request'; data: CommandGetRequest; reply: CommandGetResponse; rateLimited: false; scope: never };
  /** The guest at this display's till sees something else. */
  'customer-display.change.event': { kind: 'push'; data: CustomerDisplayChangeEvent; rateLimited: false; scope: 'display:read' };
  /** What the guest at this display's till sees. */
  'customer-display.get.request': { kind: 'request'; data: Nothing; reply: CustomerDisplayGetResponse; rateLimited: false; scope: 'display:read' };
  /** A new screen redeems a one-time code: once, within 5 minutes, throttled. */
  'device.claim.request': { kind: 'request'; data: DeviceClaimRequest; reply: DeviceClaimResponse; rateLimited: false; scope: never };
  /** The POS and the shop's mode. */
  'device.info.request': { kind: 'request'; data: Nothing; reply: DeviceInfoResponse; rateLimited: true; scope: never };
  /** Paired devices and service tokens. */
  'device.list.request': { kind: 'request'; data: Nothing; reply: DeviceListResponse; rateLimited: false; scope: 'staff:own' };
  /** A token, shown once, and a one-time code for a new screen; never answered from memory. */
  'device.pair.request': { kind: 'request'; data: DevicePairRequest; reply: DevicePairResponse; rateLimited: false; scope: 'staff:own' };
  /** Ends a token and closes its sessions. */
  'device.revoke.request': { kind: 'request'; data: DeviceRevokeRequest; reply: Done; rateLimited: false; scope: 'staff:own' };
  /** An order discount on the cart. */
  'draft-order.add-discount.request': { kind: 'request'; data: DraftOrderAddDiscountRequest; reply: DraftReply; rateLimited: false; scope: 'staff:order' | 'draft:write' };
  /** A line discount on the cart. */
  'draft-order.add-item-discount.request': { kind: 'request'; data: DraftOrderAddItemDiscountRequest; reply: DraftReply; rateLimited: false; scope: 'staff:order' | 'draft:write' };
  /** One more line, never merged with another. */
  'draft-order.add-line-item.request': { kind: 'request'; data: DraftOrderAddLineItemRequest; reply: DraftReply; rateLimited: false; scope: 'draft:write' };
  /** The cart changed, whoever changed it. */
  'draft-order.change.event': { kind: 'push'; data: DraftOrderChangeEvent; rateLimited: false; scope: 'draft:read' };
  /** Empties the cart, staff's lines included. */
  'draft-order.clear.request': { kind: 'request'; data: Nothing; reply: DraftReply; rateLimited: false; scope: 'draft:write' };
  /** Takes an order discount off. */
  'draft-order.delete-discount.request': { kind: 'request'; data: DraftOrderDeleteDiscountRequest; reply: DraftReply; rateLimited: false; scope: 'draft:write' };
  /** Takes a line's discount off. */
  'draft-order.delete-item-discount.request': { kind: 'request'; data: DraftOrderDeleteItemDiscountRequest; reply: DraftReply; rateLimited: false; scope: 'draft:write' };
  /** Takes a line out. */
  'draft-order.delete-line-item.request': { kind: 'request'; data: DraftOrderDeleteLineItemRequest; reply: DraftReply; rateLimited: false; scope: 'draft:write' };
  /** The cart. */
  'draft-order.get.request': { kind: 'request'; data: Nothing; reply: DraftReply; rateLimited: false; scope: 'draft:read' };
  /** Puts the cart aside for any till. */
  'draft-order.hold.request': { kind: 'request'; data: Nothing; reply: DraftReply; rateLimited: false; scope: 'staff:order' };
  /** The carts that were put aside. */
  'draft-order.list-held.request': { kind: 'request'; data: Nothing; reply: DraftOrderListHeldResponse; rateLimited: false; scope: 'staff:order' };
  /** Goes on with a cart that was put aside. */
  'draft-order.resume.request': { kind: 'request'; data: DraftOrderResumeRequest; reply: DraftReply; rateLimited: false; scope: 'staff:order' };
  /** Opens the payment screen; the name has no suffix and is answered. */
  'draft-order.start-payment': { kind: 'request'; data: DraftOrderStartPayment; reply: Done; rateLimited: false; scope: 'draft:write' };
  /** The payment screen was left without paying; the cart may be changed again. */
  'draft-order.stop-payment.request': { kind: 'request'; data: Nothing; reply: DraftReply; rateLimited: false; scope: 'staff:order' };
  /** Turns the cart into an OPENED order without paying, or adds it to one. */
  'draft-order.submit.request': { kind: 'request'; data: DraftOrderSubmitRequest; reply: OrderReply; rateLimited: false; scope: 'staff:order' | 'draft:write' };
  /** How a line or the whole cart is eaten. */
  'draft-order.update-dining-option.request': { kind: 'request'; data: DraftOrderUpdateDiningOptionRequest; reply: DraftReply; rateLimited: false; scope: 'staff:order' | 'draft:write' };
  /** Whether a kitchen slip is printed for this cart. */
  'draft-order.update-is-ignore-print.request': { kind: 'request'; data: DraftOrderUpdateIsIgnorePrintRequest; reply: DraftReply; rateLimited: false; scope: 'draft:write' };
  /** Another note on a line. */
  'draft-order.update-item-memo.request': { kind: 'request'; data: DraftOrderUpdateItemMemoRequest; reply: DraftReply; rateLimited: false; scope: 'draft:write' };
  /** Other options of a line. */
  'draft-order.update-item-option-choices.request': { kind: 'request'; data: DraftOrderUpdateItemOptionChoicesRequest; reply: DraftReply; rateLimited: false; scope: 'draft:write' };
  /** Another quantity of a line. */
  'draft-order.update-item-quantity.request': { kind: 'request'; data: DraftOrderUpdateItemQuantityRequest; reply: DraftReply; rateLimited: false; scope: 'draft:write' };
  /** Note, table and guests of the cart. */
  'draft-order.update.request': { kind: 'request'; data: DraftOrderUpdateRequest; reply: DraftReply; rateLimited: false; scope: 'staff:order' | 'draft:write' };
  /** Store events after a number, as far as the caller's scopes go (OFF-9). */
  'event.list.request': { kind: 'request'; data: EventListRequest; reply: EventListResponse; rateLimited: false; scope: never };
  /** A hall is added. */
  'hall.add.request': { kind: 'request'; data: HallAddRequest; reply: HallReply; rateLimited: false; scope: 'staff:own' };
  /** A hall of the plan came, changed or went. */
  'hall.change.event': { kind: 'push'; data: HallChangeEvent; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** A hall goes; refused while it holds tables. */
  'hall.delete.request': { kind: 'request'; data: LayoutDeleteData; reply: Done; rateLimited: false; scope: 'staff:own' };
  /** The halls, in their order. */
  'hall.list.request': { kind: 'request'; data: Nothing; reply: HallListResponse; rateLimited: true; scope: 'table:read' };
  /** A hall changes. */
  'hall.update.request': { kind: 'request'; data: HallUpdateRequest; reply: HallReply; rateLimited: false; scope: 'staff:own' };
  /** A cart was put aside or taken up again. */
  'held-draft-order.change.event': { kind: 'push'; data: HeldDraftOrderChangeEvent; rateLimited: false; scope: 'staff:order' };
  /** a hosted plugin came, changed, left or is to restart */
  'hosted-plugin.change.event': { kind: 'push'; data: HostedPluginChangeEvent; rateLimited: false; scope: 'till' };
  /** the plugins this till hosts */
  'hosted-plugin.list.request': { kind: 'request'; data: Nothing; reply: HostedPluginListResponse; rateLimited: false; scope: 'till' };
  /** an HTTP call through the shop */
  'http.request': { kind: 'request'; data: HttpRequest; reply: HttpResponse; rateLimited: false; scope: 'network' };
  /** A ticket changed on a station's screen; without a number, never replayed. */
  'kds-board.change.event': { kind: 'push'; data: KdsBoardChangeEvent; rateLimited: false; scope: 'kds:read' };
  /** What one station's screen shows, or the expo's. */
  'kds-board.get.request': { kind: 'request'; data: KdsBoardGetRequest; reply: KdsBoardGetResponse; rateLimited: false; scope: 'kds:read' };
  /** A station's screen shows these tickets. */
  'kds-order-item.acknowledge.request': { kind: 'request'; data: KdsOrderItemAcknowledgeRequest; reply: Done; rateLimited: false; scope: 'kds:write' };
  /** Lines or the whole ticket are done (KDS-6, KDS-7). */
  'kds-order-item.bump.request': { kind: 'request'; data: KdsOrderItemBumpRequest; reply: TicketReply; rateLimited: false; scope: 'kds:write' };
  /** A ticket reached the kitchen, is done, or was cancelled. */
  'kds-order-item.change.event': { kind: 'push'; data: KdsOrderItemChangeEvent; rateLimited: false; scope: 'kds:read' };
  /** Send a scheduled order now (KDS-9). */
  'kds-order-item.fire.request': { kind: 'request'; data: KitchenOrderData; reply: KdsOrderItemFireResponse; rateLimited: false; scope: 'kds:write' };
  /** A page of kitchen tickets, oldest first (KDS-11). */
  'kds-order-item.get-list.request': { kind: 'request'; data: KdsOrderItemGetListRequest; reply: KdsOrderItemGetListResponse; rateLimited: true; scope: 'kds:read' };
  /** The expo hands a finished order to the guest. */
  'kds-order-item.hand-over.request': { kind: 'request'; data: KitchenOrderData; reply: Done; rateLimited: false; scope: 'kds:write' };
  /** Move a ticket to the front. */
  'kds-order-item.prioritize.request': { kind: 'request'; data: KdsOrderItemPrioritizeRequest; reply: TicketReply; rateLimited: false; scope: 'kds:write' };
  /** Bring a bumped ticket back (KDS-5). */
  'kds-order-item.recall.request': { kind: 'request'; data: KdsOrderItemRecallRequest; reply: TicketReply; rateLimited: false; scope: 'kds:write' };
  /** Cook some of a line again, without charge (KDS-9). */
  'kds-order-item.remake.request': { kind: 'request'; data: KdsOrderItemRemakeRequest; reply: TicketReply; rateLimited: false; scope: 'kds:write' };
  /** Close a station; the default one takes over what it had. */
  'kds-station.delete.request': { kind: 'request'; data: KdsStationDeleteRequest; reply: Done; rateLimited: false; scope: 'staff:own' };
  /** The stations of the kitchen (KDS-3). */
  'kds-station.list.request': { kind: 'request'; data: Nothing; reply: KdsStationListResponse; rateLimited: false; scope: 'kds:read' };
  /** Set up or edit a station. */
  'kds-station.save.request': { kind: 'request'; data: KdsStationSaveRequest; reply: KdsStationSaveResponse; rateLimited: false; scope: 'staff:own' };
  /** a line for the plugin's own console */
  'log': { kind: 'notify'; data: Log; rateLimited: false; scope: never };
  /** Gives the head office's menu, or a part of it, to shops. */
  'menu-push.add.request': { kind: 'request'; data: MenuPushAddRequest; reply: PushReply; rateLimited: false; scope: 'branch-menu:push' };
  /** What became of a push, shop by shop. */
  'menu-push.get.request': { kind: 'request'; data: MenuPushGetRequest; reply: PushReply; rateLimited: false; scope: 'branch-menu:push' | 'branch-menu:read' };
  /** The last pushes. */
  'menu-push.list.request': { kind: 'request'; data: Nothing; reply: MenuPushListResponse; rateLimited: false; scope: 'branch-menu:push' | 'branch-menu:read' };
  /** The store. */
  'merchant.info.request': { kind: 'request'; data: Nothing; reply: MerchantInfoResponse; rateLimited: true; scope: never };
  /** the same as `alert.open` */
  'modal.open': { kind: 'notify'; data: AlertOpen; rateLimited: false; scope: 'ui' };
  /** go to another page of the POS */
  'navigation.navigate': { kind: 'notify'; data: NavigationNavigate; rateLimited: false; scope: 'ui' };
  /** go to the page a plugin wants */
  'navigation.show.event': { kind: 'push'; data: NavigationShowEvent; rateLimited: false; scope: 'till' };
  /** the shop itself tells staff something */
  'notice.event': { kind: 'push'; data: NoticeEvent; rateLimited: false; scope: 'staff:order' };
  /** Accept a requested order. */
  'order.accept.request': { kind: 'request'; data: OrderAcceptRequest; reply: OrderReply; rateLimited: false; scope: 'staff:order' | 'order:manage' };
  /** Lines to append; the only edit that may be rebased (OFF-5). */
  'order.add-line.request': { kind: 'request'; data: OrderAddLineRequest; reply: OrderReply; rateLimited: false; scope: 'staff:order' | 'order:manage' };
  /** A further round on an order; read per profile. */
  'order.add-menu.request': { kind: 'request'; data: OrderAddMenuRequest; reply: OrderReply; rateLimited: true; scope: 'order:write' };
  /** A new order. approvalId: staff, for what is above their role. */
  'order.add.request': { kind: 'request'; data: OrderAddRequest; reply: OrderReply; rateLimited: true; scope: 'order:write' };
  /** The customer is called; the state stays (ORD-9) */
  'order.call.request': { kind: 'request'; data: OrderById; reply: OrderReply; rateLimited: false; scope: 'staff:order' | 'order:manage' };
  /** End an order. reason, approvalId: staff. override: a manager, although a plugin objects (payment §5). */
  'order.cancel.request': { kind: 'request'; data: OrderCancelRequest; reply: OrderCancelResponse; rateLimited: true; scope: 'order:write' };
  /** Something happened to an order; for `cancel` the whole order stands under `order`. */
  'order.change.event': { kind: 'push'; data: OrderChangeEvent; rateLimited: false; scope: 'order:read' };
  /** The order was picked up (ORD-9) */
  'order.collect.request': { kind: 'request'; data: OrderById; reply: OrderReply; rateLimited: false; scope: 'staff:order' | 'order:manage' };
  /** Hand the order over; in postpaid shops */
  'order.complete.request': { kind: 'request'; data: OrderById; reply: OrderReply; rateLimited: true; scope: 'order:write' };
  /** Decline a requested order, with the reason the guest is told. */
  'order.decline.request': { kind: 'request'; data: OrderDeclineRequest; reply: OrderReply; rateLimited: false; scope: 'staff:order' | 'order:manage' };
  /** Search by number, table, key, item or amount. */
  'order.find.request': { kind: 'request'; data: OrderFindRequest; reply: OrdersReply; rateLimited: false; scope: 'staff:order' };
  /** A period of orders. `status` repeats `orderStates`; `states` is accepted and ignored (H-16). */
  'order.get-list.request': { kind: 'request'; data: OrderGetListRequest; reply: OrdersReply; rateLimited: true; scope: 'order:read' };
  /** One order, in any state */
  'order.get.request': { kind: 'request'; data: OrderById; reply: OrderReply; rateLimited: true; scope: 'order:read' };
  /** Who did what when to an order, from the journal (SEC-2). */
  'order.history.request': { kind: 'request'; data: OrderHistoryRequest; reply: OrderHistoryResponse; rateLimited: false; scope: 'order:read' };
  /** Take the payment lock of an order (OFF-6). */
  'order.lock.request': { kind: 'request'; data: OrderLockRequest; reply: LockReply; rateLimited: false; scope: 'staff:pay' };
  /** Goodwill (CAN-6). expectedVersion: of the order it was agreed on, so that nobody gives it twice. */
  'order.refund-amount.request': { kind: 'request'; data: OrderRefundAmountRequest; reply: RefundsReply; rateLimited: false; scope: 'staff:manage' };
  /** Take one line off. */
  'order.remove-line.request': { kind: 'request'; data: OrderRemoveLineRequest; reply: OrderReply; rateLimited: false; scope: 'staff:order' | 'order:manage' };
  /** Keep the payment lock for another lease */
  'order.renew-lock.request': { kind: 'request'; data: LockById; reply: LockReply; rateLimited: false; scope: 'staff:pay' };
  /** Goods come back (CAN-5). refundTo: id of the payment to refund first. */
  'order.return-line.request': { kind: 'request'; data: OrderReturnLineRequest; reply: RefundsReply; rateLimited: false; scope: 'staff:manage' };
  /** Orders by table, state and period, AND-ed. */
  'order.search.request': { kind: 'request'; data: OrderSearchRequest; reply: OrdersReply; rateLimited: true; scope: 'order:read' };
  /** Divide an order in two (SPL-5). num_guests: who go along; the others stay (TBL-8). */
  'order.split.request': { kind: 'request'; data: OrderSplitRequest; reply: OrderSplitResponse; rateLimited: false; scope: 'staff:order' | 'order:manage' };
  /** A REQUESTED order from an outside channel (ORD-3). */
  'order.submit.request': { kind: 'request'; data: OrderSubmitRequest; reply: OrderReply; rateLimited: false; scope: 'order:submit' };
  /** Give the payment lock back */
  'order.unlock.request': { kind: 'request'; data: LockById; reply: Done; rateLimited: false; scope: 'staff:pay' };
  /** Changes to one line; absent keys stay. */
  'order.update-line.request': { kind: 'request'; data: OrderUpdateLineRequest; reply: OrderReply; rateLimited: false; scope: 'staff:order' | 'order:manage' };
  /** Changes to the order as a whole; absent keys stay. */
  'order.update.request': { kind: 'request'; data: OrderUpdateRequest; reply: OrderReply; rateLimited: false; scope: 'staff:order' | 'order:manage' };
  /** The whole order after each commit (ORD-6); for screens, without `seq`. */
  'order.view.event': { kind: 'push'; data: OrderViewEvent; rateLimited: false; scope: 'staff:order' | 'order:manage' };
  /** An attempt by id. */
  'payment-attempt.cancel.request': { kind: 'request'; data: AttemptById; reply: AttemptReply; rateLimited: false; scope: 'staff:pay' };
  /** An attempt began, ended or needs somebody. */
  'payment-attempt.change.event': { kind: 'push'; data: PaymentAttemptChangeEvent; rateLimited: false; scope: 'staff:pay' };
  /** An attempt by id. */
  'payment-attempt.get.request': { kind: 'request'; data: AttemptById; reply: AttemptReply; rateLimited: false; scope: 'staff:pay' };
  /** Attempts, newest first. states, orderId: narrow. */
  'payment-attempt.list.request': { kind: 'request'; data: PaymentAttemptListRequest; reply: PaymentAttemptListResponse; rateLimited: false; scope: 'staff:pay' };
  /** A manager, or who has a manager's approval, settles an attempt nobody knows the end of. */
  'payment-attempt.resolve.request': { kind: 'request'; data: PaymentAttemptResolveRequest; reply: AttemptReply; rateLimited: false; scope: 'staff:pay' };
  /** A payment method came or went. */
  'payment-method.change.event': { kind: 'push'; data: PaymentMethodChangeEvent; rateLimited: false; scope: 'staff:pay' };
  /** The payment methods this till can use. */
  'payment-method.list.request': { kind: 'request'; data: PaymentMethodListRequest; reply: PaymentMethodListResponse; rateLimited: false; scope: 'staff:pay' };
  /** A plugin or terminal is asked to give money back, or that ended. */
  'payment-refund.change.event': { kind: 'push'; data: PaymentRefundChangeEvent; rateLimited: false; scope: 'staff:pay' };
  /** Refunds, newest first. states, orderId: narrow. */
  'payment-refund.list.request': { kind: 'request'; data: PaymentRefundListRequest; reply: PaymentRefundListResponse; rateLimited: false; scope: 'staff:pay' };
  /** What is to go back: units of a line, or an amount as goodwill, else all the order holds. */
  'payment-refund.plan.request': { kind: 'request'; data: PaymentRefundPlanRequest; reply: PaymentRefundPlanResponse; rateLimited: false; scope: 'staff:pay' };
  /** A manager decides about a part the card has not been given. id: of the refund. */
  'payment-refund.resolve.request': { kind: 'request'; data: PaymentRefundResolveRequest; reply: PaymentRefundResolveResponse; rateLimited: false; scope: 'staff:pay' };
  /** Record money taken outside on an order. */
  'payment.add.request': { kind: 'request'; data: PaymentAddRequest; reply: PaymentReply; rateLimited: true; scope: 'payment:write' };
  /** Take one payment back; the order stays (CAN-1). override: a manager, although a plugin objects (§5). */
  'payment.cancel.request': { kind: 'request'; data: PaymentCancelRequest; reply: PaymentCancelResponse; rateLimited: true; scope: 'payment:write' };
  /** Money was taken or taken back. */
  'payment.change.event': { kind: 'push'; data: PaymentChangeEvent; rateLimited: false; scope: 'payment:read' };
  /** A manager says whether the money of an EXTERNAL payment was returned. refunded: it was, unless false. */
  'payment.confirm-refund.request': { kind: 'request'; data: PaymentConfirmRefundRequest; reply: PaymentReply; rateLimited: false; scope: 'staff:pay' };
  /** Asked of every running plugin before a payment is cancelled; `complete: false` vetoes (§5). */
  'payment.event.request': { kind: 'host-request'; data: PaymentEventRequest; reply: Done; rateLimited: false; scope: 'payment:read' };
  /** A payment by id. */
  'payment.get.request': { kind: 'request'; data: PaymentGetRequest; reply: PaymentReply; rateLimited: true; scope: 'payment:read' };
  /** A plugin adds a button to the payment screen; the same id replaces. */
  'payment.method.add': { kind: 'notify'; data: PaymentMethodAdd; rateLimited: false; scope: 'payment-method' };
  /** Asked of the plugin of a payment method: take this money, or give this payment back. */
  'payment.method.event.request': { kind: 'host-request'; data: PaymentMethodEventRequest; reply: PaymentMethodEventResponse; rateLimited: false; scope: 'payment-method' };
  /** A plugin takes its button away. */
  'payment.method.remove': { kind: 'notify'; data: PaymentMethodRemove; rateLimited: false; scope: 'payment-method' };
  /** Begin taking money for an order. lockId: of the caller's own `order.lock`; partId: of `bill.split`. */
  'payment.start.request': { kind: 'request'; data: PaymentStartRequest; reply: AttemptReply; rateLimited: false; scope: 'staff:pay' };
  /** calls against the SDK's rate limit */
  'plugin-budget.get.request': { kind: 'request'; data: PluginBudgetGetRequest; reply: PluginBudgetGetResponse; rateLimited: false; scope: 'staff:manage' };
  /** a new line of a plugin's console */
  'plugin-log.event': { kind: 'push'; data: PluginLogEvent; rateLimited: false; scope: 'staff:manage' };
  /** a plugin's console */
  'plugin-log.list.request': { kind: 'request'; data: PluginLogListRequest; reply: PluginLogListResponse; rateLimited: false; scope: 'staff:manage' };
  /** a plugin's settings page, passwords masked */
  'plugin-setting.get.request': { kind: 'request'; data: PluginSettingGetRequest; reply: PluginSettingGetResponse; rateLimited: false; scope: 'staff:manage' };
  /** press a button of a plugin's page */
  'plugin-setting.press.request': { kind: 'request'; data: PluginSettingPressRequest; reply: Done; rateLimited: false; scope: 'staff:manage' };
  /** save a plugin's settings */
  'plugin-setting.update.request': { kind: 'request'; data: PluginSettingUpdateRequest; reply: PluginSettingUpdateResponse; rateLimited: false; scope: 'staff:manage' };
  /** a plugin was installed, changed, started or stopped */
  'plugin.change.event': { kind: 'push'; data: PluginChangeEvent; rateLimited: false; scope: 'staff:own' };
  /** who the caller is */
  'plugin.info.request': { kind: 'request'; data: Nothing; reply: PluginInfoResponse; rateLimited: true; scope: never };
  /** what a package would install */
  'plugin.inspect.request': { kind: 'request'; data: InstallData; reply: PluginInspectResponse; rateLimited: false; scope: 'staff:own' };
  /** install or update an uploaded package */
  'plugin.install.request': { kind: 'request'; data: InstallData; reply: PluginReply; rateLimited: false; scope: 'staff:own' };
  /** installed plugins */
  'plugin.list.request': { kind: 'request'; data: Nothing; reply: PluginListResponse; rateLimited: false; scope: 'staff:own' };
  /** a short-lived token to host that plugin */
  'plugin.open-session.request': { kind: 'request'; data: PluginOpenSessionRequest; reply: PluginOpenSessionResponse; rateLimited: false; scope: 'till' };
  /** how a hosted plugin fares; answers when to start it again */
  'plugin.report.request': { kind: 'request'; data: PluginReportRequest; reply: PluginReportResponse; rateLimited: false; scope: 'till' };
  /** stop it and start it again */
  'plugin.restart.request': { kind: 'request'; data: PluginRestartRequest; reply: Done; rateLimited: false; scope: 'staff:manage' };
  /** the plugin is about to be stopped */
  'plugin.stopping.event': { kind: 'push'; data: PluginStoppingEvent; rateLimited: false; scope: never };
  /** a message from another plugin */
  'plugin.unicast.event': { kind: 'push'; data: PluginUnicastEvent; rateLimited: false; scope: never };
  /** a message to another plugin */
  'plugin.unicast.send': { kind: 'notify'; data: PluginUnicastSend; rateLimited: false; scope: never };
  /** remove a plugin, with its storage or without */
  'plugin.uninstall.request': { kind: 'request'; data: PluginUninstallRequest; reply: Done; rateLimited: false; scope: 'staff:own' };
  /** switch on or off, roll back, change scopes, allow-list, tills */
  'plugin.update.request': { kind: 'request'; data: PluginUpdateRequest; reply: PluginReply; rateLimited: false; scope: 'staff:own' };
  /** a popup is over, take it off the screen */
  'popup.close.event': { kind: 'push'; data: PopupCloseEvent; rateLimited: false; scope: 'till' };
  /** draw a plugin's popup and answer it */
  'popup.open.request': { kind: 'host-request'; data: PopupOpenRequest; reply: PopupReply; rateLimited: false; scope: 'till' };
  /** ask staff or guest for something */
  'popup.request': { kind: 'request'; data: PopupRequest; reply: PopupReply; rateLimited: false; scope: 'ui' };
  /** keep this till's screen awake, or no longer */
  'power-saver.change.event': { kind: 'push'; data: PowerSaverChangeEvent; rateLimited: false; scope: 'till' };
  /** is the screen kept awake? */
  'power-saver.is-blocked.request': { kind: 'request'; data: Nothing; reply: PowerSaverIsBlockedResponse; rateLimited: false; scope: 'device' | 'till' };
  /** keep the screen awake */
  'power-saver.start-blocking.request': { kind: 'request'; data: Nothing; reply: Done; rateLimited: false; scope: 'device' };
  /** no longer keep it awake */
  'power-saver.stop-blocking.request': { kind: 'request'; data: Nothing; reply: Done; rateLimited: false; scope: 'device' };
  /** The receipt of an order. */
  'receipt.get.request': { kind: 'request'; data: ReceiptGetRequest; reply: ReceiptGetResponse; rateLimited: false; scope: 'staff:order' };
  /** The list changed; read it again. total: how many are on it.  waiting: those that are not simply under way. */
  'reconcile.change.event': { kind: 'push'; data: ReconcileChangeEvent; rateLimited: false; scope: 'staff:pay' };
  /** What is open, oldest first. standings: narrow.  after: `next` of the page before.  size: 50 unless given. */
  'reconcile.list.request': { kind: 'request'; data: ReconcileListRequest; reply: ReconcileListResponse; rateLimited: false; scope: 'staff:pay' };
  /** Tables are kept for a party (TBL-6). */
  'reservation.add.request': { kind: 'request'; data: ReservationAddRequest; reply: ReservationReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** The party will not come. */
  'reservation.cancel.request': { kind: 'request'; data: ReservationData; reply: ReservationReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** A reservation was booked, checked in, seated, cancelled or missed. */
  'reservation.change.event': { kind: 'push'; data: ReservationChangeEvent; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** The party is here. */
  'reservation.check-in.request': { kind: 'request'; data: ReservationData; reply: ReservationReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** Reservations of a period. */
  'reservation.list.request': { kind: 'request'; data: ReservationListRequest; reply: ReservationListResponse; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** The party did not come. */
  'reservation.mark-no-show.request': { kind: 'request'; data: ReservationData; reply: ReservationReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** The party sits down; its guests are the table's. */
  'reservation.seat.request': { kind: 'request'; data: ReservationSeatRequest; reply: ReservationReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** forget a secret */
  'secure-store.delete.request': { kind: 'request'; data: KeyData; reply: Done; rateLimited: false; scope: never };
  /** a secret the plugin kept */
  'secure-store.get.request': { kind: 'request'; data: KeyData; reply: ValueReply; rateLimited: false; scope: never };
  /** keep a secret, encrypted at rest */
  'secure-store.set.request': { kind: 'request'; data: SetData; reply: Done; rateLimited: false; scope: never };
  /** First frame on WebSocket and stdio. */
  'session.open.request': { kind: 'request'; data: SessionOpenRequest; reply: SessionOpenResponse; rateLimited: false; scope: never };
  /** Liveness; clock drift (OFF-8). */
  'session.ping.request': { kind: 'request'; data: Nothing; reply: SessionPingResponse; rateLimited: false; scope: never };
  /** staff pressed a button of the page */
  'setting.button.event': { kind: 'push'; data: SettingButtonEvent; rateLimited: false; scope: never };
  /** staff saved the page */
  'setting.change.event': { kind: 'push'; data: SettingChangeEvent; rateLimited: false; scope: never };
  /** replace the plugin's settings page */
  'setting.set-inputs.request': { kind: 'request'; data: SettingSetInputsRequest; reply: Done; rateLimited: false; scope: never };
  /** what staff entered */
  'setting.values.request': { kind: 'request'; data: Nothing; reply: SettingValuesResponse; rateLimited: false; scope: never };
  /** The cards of a trading day by our books and by the terminals; today unless said otherwise. */
  'settlement.get.request': { kind: 'request'; data: SettlementGetRequest; reply: SettlementGetResponse; rateLimited: false; scope: 'staff:manage' };
  /** A new shop, reached under its name at once. */
  'shop-directory.add.request': { kind: 'request'; data: ShopDirectoryAddRequest; reply: ShopReply; rateLimited: false; scope: 'directory:manage' };
  /** A one-time code with which a browser becomes the owner's till of a shop. */
  'shop-directory.invite.request': { kind: 'request'; data: ShopDirectoryInviteRequest; reply: ShopDirectoryInviteResponse; rateLimited: false; scope: 'directory:manage' };
  /** The shops this head office keeps. */
  'shop-directory.list.request': { kind: 'request'; data: Nothing; reply: ShopDirectoryListResponse; rateLimited: false; scope: 'directory:read' | 'directory:manage' };
  /** Serves a suspended shop again. */
  'shop-directory.resume.request': { kind: 'request'; data: ShopDirectoryResumeRequest; reply: ShopReply; rateLimited: false; scope: 'directory:manage' };
  /** Which groups a shop is in. */
  'shop-directory.set-groups.request': { kind: 'request'; data: ShopDirectorySetGroupsRequest; reply: ShopReply; rateLimited: false; scope: 'directory:manage' };
  /** Ends a shop's sessions and refuses everything; nothing is lost. */
  'shop-directory.suspend.request': { kind: 'request'; data: ShopDirectorySuspendRequest; reply: ShopReply; rateLimited: false; scope: 'directory:manage' };
  /** Business type, rounding, cut-off and the rest. */
  'shop-setting.get.request': { kind: 'request'; data: Nothing; reply: ShopSettingReply; rateLimited: false; scope: 'staff:order' };
  /** Changes settings; each field is checked. */
  'shop-setting.update.request': { kind: 'request'; data: ShopSettingUpdateRequest; reply: ShopSettingReply; rateLimited: false; scope: 'staff:own' };
  /** play a sound */
  'sound.play': { kind: 'notify'; data: SoundPlay; rateLimited: false; scope: 'ui' };
  /** play a plugin's sound */
  'sound.play.event': { kind: 'push'; data: SoundPlayEvent; rateLimited: false; scope: 'till' };
  /** One-off approval by a manager; the write it allows names both people (SEC-1). */
  'staff.approve.request': { kind: 'request'; data: StaffApproveRequest; reply: StaffApproveResponse; rateLimited: false; scope: 'till' };
  /** Removes a person and ends their sign-ins. */
  'staff.delete.request': { kind: 'request'; data: StaffDeleteRequest; reply: Done; rateLimited: false; scope: 'staff:own' };
  /** Who works here. */
  'staff.list.request': { kind: 'request'; data: Nothing; reply: StaffListResponse; rateLimited: false; scope: 'staff:own' };
  /** Adds the role's staff scopes to the session (SEC-1). */
  'staff.login.request': { kind: 'request'; data: StaffLoginRequest; reply: StaffLoginResponse; rateLimited: false; scope: 'till' };
  /** Drops the staff scopes. */
  'staff.logout.request': { kind: 'request'; data: Nothing; reply: Done; rateLimited: false; scope: 'till' };
  /** Adds or changes a person; PINs are unique in the shop (SEC-1). */
  'staff.save.request': { kind: 'request'; data: StaffSaveRequest; reply: StaffSaveResponse; rateLimited: false; scope: 'staff:own' };
  /** forget a text */
  'storage.delete.request': { kind: 'request'; data: KeyData; reply: Done; rateLimited: false; scope: never };
  /** a text the plugin kept */
  'storage.get.request': { kind: 'request'; data: KeyData; reply: ValueReply; rateLimited: false; scope: never };
  /** keep a text: 1 MB each, 5 MB in all */
  'storage.set.request': { kind: 'request'; data: SetData; reply: Done; rateLimited: false; scope: never };
  /** Narrows the pushes of this socket; replaces the earlier list. */
  'subscribe.request': { kind: 'request'; data: SubscribeRequest; reply: SubscribeResponse; rateLimited: false; scope: never };
  /** A table as it stands after a commit that touched it. */
  'table-status.change.event': { kind: 'push'; data: TableStatusChangeEvent; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** Derived status and figures of every table, with all its orders (TBL-6, TBL-9). */
  'table-status.list.request': { kind: 'request'; data: Nothing; reply: TableStatusListResponse; rateLimited: false; scope: 'staff:order' | 'table:read' };
  /** A table joins the plan; ids are never reused (TBL-5). */
  'table.add.request': { kind: 'request'; data: TableAddRequest; reply: TableLayoutReply; rateLimited: false; scope: 'staff:own' };
  /** Something happened to a table. */
  'table.change.event': { kind: 'push'; data: TableChangeEvent; rateLimited: false; scope: 'table:read' };
  /** The party leaves: orders without debt are completed, the table is empty (TBL-7). */
  'table.clear.request': { kind: 'request'; data: TableClearRequest; reply: Done; rateLimited: true; scope: 'table:write' };
  /** A table leaves the plan; refused while somebody sits there (TBL-5). */
  'table.delete.request': { kind: 'request'; data: LayoutDeleteData; reply: Done; rateLimited: false; scope: 'staff:own' };
  /** One table with its order. */
  'table.get.request': { kind: 'request'; data: TableGetRequest; reply: TableGetResponse; rateLimited: true; scope: 'table:read' };
  /** Tables are used together (TBL-5). */
  'table.group.request': { kind: 'request'; data: TableGroupRequest; reply: TablesReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** The tables, each with its order. */
  'table.list.request': { kind: 'request'; data: Nothing; reply: TableListResponse; rateLimited: true; scope: 'table:read' };
  /** Two parties become one; with live payments the order moves alongside (TBL-2, TBL-3). */
  'table.merge.request': { kind: 'request'; data: TableMergeRequest; reply: TableOrderReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** The party moves to an empty table (TBL-1). */
  'table.move.request': { kind: 'request'; data: TableMoveRequest; reply: TableOrderReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** Guests sit down without an order (TBL-7, TBL-8). */
  'table.seat.request': { kind: 'request'; data: TableSeatRequest; reply: TableSeatResponse; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** Two parties change places. */
  'table.swap.request': { kind: 'request'; data: TableSwapRequest; reply: TablesReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** Takes a move or merge of this business day back (TBL-4). */
  'table.undo.request': { kind: 'request'; data: TableUndoRequest; reply: TablesReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** Tables of a group stand alone again. */
  'table.ungroup.request': { kind: 'request'; data: TableUngroupRequest; reply: TablesReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** A table of the plan changes. */
  'table.update.request': { kind: 'request'; data: TableUpdateRequest; reply: TableLayoutReply; rateLimited: false; scope: 'staff:own' };
  /** A terminal was set up, edited or taken away; read the list again. */
  'terminal.change.event': { kind: 'push'; data: TerminalChangeEvent; rateLimited: false; scope: 'staff:pay' };
  /** The terminals, and how they are. */
  'terminal.list.request': { kind: 'request'; data: TerminalListRequest; reply: TerminalListResponse; rateLimited: false; scope: 'staff:pay' };
  /** Take a terminal away. */
  'terminal.remove.request': { kind: 'request'; data: TerminalRemoveRequest; reply: Done; rateLimited: false; scope: 'staff:own' };
  /** Set up or edit a terminal. */
  'terminal.save.request': { kind: 'request'; data: TerminalSaveRequest; reply: TerminalSaveResponse; rateLimited: false; scope: 'staff:own' };
  /** the button of the plugin's toast was pressed */
  'toast.button.click': { kind: 'push'; data: ToastButtonClick; rateLimited: false; scope: 'ui' };
  /** the plugin's toast was pressed */
  'toast.click': { kind: 'push'; data: Nothing; rateLimited: false; scope: 'ui' };
  /** show a short message */
  'toast.open': { kind: 'notify'; data: ToastOpen; rateLimited: false; scope: 'ui' };
  /** somebody pressed a plugin's toast */
  'toast.press.request': { kind: 'request'; data: ToastPressRequest; reply: Done; rateLimited: false; scope: 'till' };
  /** draw a plugin's toast */
  'toast.show.event': { kind: 'push'; data: ToastShowEvent; rateLimited: false; scope: 'till' };
  /** The list takes new parties, or no longer (TBL-10). */
  'waiting-mode.change.event': { kind: 'push'; data: WaitingModeChangeEvent; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** A party joins the line (TBL-10). */
  'waiting.add.request': { kind: 'request'; data: WaitingAddRequest; reply: PartyReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** The party's table is ready. */
  'waiting.call.request': { kind: 'request'; data: PartyData; reply: PartyReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** The party gives up waiting. */
  'waiting.cancel.request': { kind: 'request'; data: PartyData; reply: PartyReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** A party came, was called, seated, deferred or left. */
  'waiting.change.event': { kind: 'push'; data: WaitingChangeEvent; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** One place later in the line, at most twice. */
  'waiting.defer.request': { kind: 'request'; data: PartyData; reply: PartyReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** Who waits, and whether the shop takes more. */
  'waiting.list.request': { kind: 'request'; data: Nothing; reply: WaitingListResponse; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** The party was called and did not come. */
  'waiting.mark-no-show.request': { kind: 'request'; data: PartyData; reply: PartyReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** The party sits down; its guests are the table's. */
  'waiting.seat.request': { kind: 'request'; data: WaitingSeatRequest; reply: PartyReply; rateLimited: false; scope: 'staff:order' | 'table:manage' };
  /** Whether new parties are taken (TBL-10). */
  'waiting.set-mode.request': { kind: 'request'; data: WaitingSetModeRequest; reply: WaitingSetModeResponse; rateLimited: false; scope: 'staff:order' };
  /** open a socket through the shop */
  'websocket.connect.request': { kind: 'request'; data: WebsocketConnectRequest; reply: Done; rateLimited: false; scope: 'network' };
  /** close it */
  'websocket.disconnect.request': { kind: 'request'; data: WebsocketDisconnectRequest; reply: Done; rateLimited: false; scope: 'network' };
  /** what happened to a socket */
  'websocket.event': { kind: 'push'; data: WebsocketEvent; rateLimited: false; scope: 'network' };
  /** send a message over it */
  'websocket.send': { kind: 'notify'; data: WebsocketSend; rateLimited: false; scope: 'network' };
}

/** What the SDK must know of a message while it runs, a letter each: `l` rate-limited, `w` write,
 * `x` extension; `n` notification, `p` push, `h` asked by the host (a request has none of the three). */
export const FLAGS: Readonly<Record<string, string>> = {
  'alert.open': 'n',
  'alert.show.event': 'px',
  'audit.list.request': 'x',
  'barcode.event': 'p',
  'barcode.scan.request': 'x',
  'barcode.send.request': '',
  'bill.split.request': 'x',
  'branch-menu.compare.request': 'x',
  'branch-menu.get.request': 'x',
  'branch-order.find.request': 'x',
  'branch-report.get.request': 'x',
  'branch.list.request': 'x',
  'cash-receipt.cancel.request': 'wx',
  'cash-receipt.change.event': 'px',
  'cash-receipt.issue.request': 'lw',
  'cash-receipt.list.request': 'x',
  'cash-receipt.send.request': 'wx',
  'catalog-category.add.request': 'wx',
  'catalog-category.change.event': 'p',
  'catalog-category.delete.request': 'wx',
  'catalog-category.get.request': 'l',
  'catalog-category.list.request': 'l',
  'catalog-category.update.request': 'wx',
  'catalog-export.create.request': 'x',
  'catalog-import.apply.request': 'wx',
  'catalog-import.bad-rows.request': 'x',
  'catalog-import.preview.request': 'x',
  'catalog-item-option.add.request': 'wx',
  'catalog-item-option.change.event': 'p',
  'catalog-item-option.delete.request': 'wx',
  'catalog-item-option.get.request': 'l',
  'catalog-item-option.list.request': 'l',
  'catalog-item-option.set-choice-state.request': 'wx',
  'catalog-item-option.update.request': 'wx',
  'catalog-item.add.request': 'wx',
  'catalog-item.adjust-stock.request': 'wx',
  'catalog-item.before-add-fill.request': 'x',
  'catalog-item.before-add-health-check.request': 'h',
  'catalog-item.before-add-list.request': 'x',
  'catalog-item.change.event': 'p',
  'catalog-item.delete.request': 'wx',
  'catalog-item.event.request': 'h',
  'catalog-item.find.request': 'x',
  'catalog-item.get.request': 'l',
  'catalog-item.list.request': 'l',
  'catalog-item.page.request': 'x',
  'catalog-item.set-state.request': 'wx',
  'catalog-item.update.request': 'wx',
  'catalog-picture.add.request': 'x',
  'command.get.request': 'x',
  'customer-display.change.event': 'px',
  'customer-display.get.request': 'x',
  'device.claim.request': 'x',
  'device.info.request': 'l',
  'device.list.request': 'x',
  'device.pair.request': 'x',
  'device.revoke.request': 'wx',
  'draft-order.add-discount.request': 'wx',
  'draft-order.add-item-discount.request': 'wx',
  'draft-order.add-line-item.request': 'w',
  'draft-order.change.event': 'p',
  'draft-order.clear.request': 'w',
  'draft-order.delete-discount.request': 'w',
  'draft-order.delete-item-discount.request': 'w',
  'draft-order.delete-line-item.request': 'w',
  'draft-order.get.request': '',
  'draft-order.hold.request': 'wx',
  'draft-order.list-held.request': 'x',
  'draft-order.resume.request': 'wx',
  'draft-order.start-payment': 'w',
  'draft-order.stop-payment.request': 'wx',
  'draft-order.submit.request': 'wx',
  'draft-order.update-dining-option.request': 'wx',
  'draft-order.update-is-ignore-print.request': 'w',
  'draft-order.update-item-memo.request': 'w',
  'draft-order.update-item-option-choices.request': 'w',
  'draft-order.update-item-quantity.request': 'w',
  'draft-order.update.request': 'wx',
  'event.list.request': 'x',
  'hall.add.request': 'wx',
  'hall.change.event': 'px',
  'hall.delete.request': 'wx',
  'hall.list.request': 'l',
  'hall.update.request': 'wx',
  'held-draft-order.change.event': 'px',
  'hosted-plugin.change.event': 'px',
  'hosted-plugin.list.request': 'x',
  'http.request': '',
  'kds-board.change.event': 'px',
  'kds-board.get.request': 'x',
  'kds-order-item.acknowledge.request': 'wx',
  'kds-order-item.bump.request': 'wx',
  'kds-order-item.change.event': 'p',
  'kds-order-item.fire.request': 'wx',
  'kds-order-item.get-list.request': 'l',
  'kds-order-item.hand-over.request': 'wx',
  'kds-order-item.prioritize.request': 'wx',
  'kds-order-item.recall.request': 'wx',
  'kds-order-item.remake.request': 'wx',
  'kds-station.delete.request': 'wx',
  'kds-station.list.request': 'x',
  'kds-station.save.request': 'wx',
  'log': 'n',
  'menu-push.add.request': 'wx',
  'menu-push.get.request': 'x',
  'menu-push.list.request': 'x',
  'merchant.info.request': 'l',
  'modal.open': 'n',
  'navigation.navigate': 'n',
  'navigation.show.event': 'px',
  'notice.event': 'px',
  'order.accept.request': 'wx',
  'order.add-line.request': 'wx',
  'order.add-menu.request': 'lw',
  'order.add.request': 'lw',
  'order.call.request': 'wx',
  'order.cancel.request': 'lw',
  'order.change.event': 'p',
  'order.collect.request': 'wx',
  'order.complete.request': 'lw',
  'order.decline.request': 'wx',
  'order.find.request': 'x',
  'order.get-list.request': 'l',
  'order.get.request': 'l',
  'order.history.request': 'x',
  'order.lock.request': 'wx',
  'order.refund-amount.request': 'wx',
  'order.remove-line.request': 'wx',
  'order.renew-lock.request': 'wx',
  'order.return-line.request': 'wx',
  'order.search.request': 'l',
  'order.split.request': 'wx',
  'order.submit.request': 'wx',
  'order.unlock.request': 'wx',
  'order.update-line.request': 'wx',
  'order.update.request': 'wx',
  'order.view.event': 'px',
  'payment-attempt.cancel.request': 'wx',
  'payment-attempt.change.event': 'px',
  'payment-attempt.get.request': 'x',
  'payment-attempt.list.request': 'x',
  'payment-attempt.resolve.request': 'wx',
  'payment-method.change.event': 'px',
  'payment-method.list.request': 'x',
  'payment-refund.change.event': 'px',
  'payment-refund.list.request': 'x',
  'payment-refund.plan.request': 'x',
  'payment-refund.resolve.request': 'wx',
  'payment.add.request': 'lw',
  'payment.cancel.request': 'lw',
  'payment.change.event': 'p',
  'payment.confirm-refund.request': 'wx',
  'payment.event.request': 'h',
  'payment.get.request': 'l',
  'payment.method.add': 'n',
  'payment.method.event.request': 'h',
  'payment.method.remove': 'nx',
  'payment.start.request': 'wx',
  'plugin-budget.get.request': 'x',
  'plugin-log.event': 'px',
  'plugin-log.list.request': 'x',
  'plugin-setting.get.request': 'x',
  'plugin-setting.press.request': 'wx',
  'plugin-setting.update.request': 'wx',
  'plugin.change.event': 'px',
  'plugin.info.request': 'l',
  'plugin.inspect.request': 'x',
  'plugin.install.request': 'wx',
  'plugin.list.request': 'x',
  'plugin.open-session.request': 'x',
  'plugin.report.request': 'x',
  'plugin.restart.request': 'wx',
  'plugin.stopping.event': 'px',
  'plugin.unicast.event': 'p',
  'plugin.unicast.send': 'n',
  'plugin.uninstall.request': 'wx',
  'plugin.update.request': 'wx',
  'popup.close.event': 'px',
  'popup.open.request': 'hx',
  'popup.request': '',
  'power-saver.change.event': 'px',
  'power-saver.is-blocked.request': '',
  'power-saver.start-blocking.request': '',
  'power-saver.stop-blocking.request': '',
  'receipt.get.request': 'x',
  'reconcile.change.event': 'px',
  'reconcile.list.request': 'x',
  'reservation.add.request': 'wx',
  'reservation.cancel.request': 'wx',
  'reservation.change.event': 'px',
  'reservation.check-in.request': 'wx',
  'reservation.list.request': 'x',
  'reservation.mark-no-show.request': 'wx',
  'reservation.seat.request': 'wx',
  'secure-store.delete.request': 'w',
  'secure-store.get.request': '',
  'secure-store.set.request': 'w',
  'session.open.request': 'x',
  'session.ping.request': 'x',
  'setting.button.event': 'px',
  'setting.change.event': 'p',
  'setting.set-inputs.request': 'w',
  'setting.values.request': '',
  'settlement.get.request': 'x',
  'shop-directory.add.request': 'wx',
  'shop-directory.invite.request': 'x',
  'shop-directory.list.request': 'x',
  'shop-directory.resume.request': 'wx',
  'shop-directory.set-groups.request': 'wx',
  'shop-directory.suspend.request': 'wx',
  'shop-setting.get.request': 'x',
  'shop-setting.update.request': 'wx',
  'sound.play': 'n',
  'sound.play.event': 'px',
  'staff.approve.request': 'wx',
  'staff.delete.request': 'wx',
  'staff.list.request': 'x',
  'staff.login.request': 'x',
  'staff.logout.request': 'x',
  'staff.save.request': 'wx',
  'storage.delete.request': 'w',
  'storage.get.request': '',
  'storage.set.request': 'w',
  'subscribe.request': 'x',
  'table-status.change.event': 'px',
  'table-status.list.request': 'x',
  'table.add.request': 'wx',
  'table.change.event': 'p',
  'table.clear.request': 'lw',
  'table.delete.request': 'wx',
  'table.get.request': 'l',
  'table.group.request': 'wx',
  'table.list.request': 'l',
  'table.merge.request': 'wx',
  'table.move.request': 'wx',
  'table.seat.request': 'wx',
  'table.swap.request': 'wx',
  'table.undo.request': 'wx',
  'table.ungroup.request': 'wx',
  'table.update.request': 'wx',
  'terminal.change.event': 'px',
  'terminal.list.request': 'x',
  'terminal.remove.request': 'wx',
  'terminal.save.request': 'wx',
  'toast.button.click': 'p',
  'toast.click': 'p',
  'toast.open': 'n',
  'toast.press.request': 'x',
  'toast.show.event': 'px',
  'waiting-mode.change.event': 'px',
  'waiting.add.request': 'wx',
  'waiting.call.request': 'wx',
  'waiting.cancel.request': 'wx',
  'waiting.change.event': 'px',
  'waiting.defer.request': 'wx',
  'waiting.list.request': 'x',
  'waiting.mark-no-show.request': 'wx',
  'waiting.seat.request': 'wx',
  'waiting.set-mode.request': 'wx',
  'websocket.connect.request': '',
  'websocket.disconnect.request': '',
  'websocket.event': 'p',
  'websocket.send': 'n',
};
