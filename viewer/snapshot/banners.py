"""Cookie banners: hidden before the picture is taken, with a note for each."""

from __future__ import annotations

from store.notes import note
from viewer.snapshot.world import World

# Selectors of the banners of consent platforms, from their documentation.
PLATFORMS = {
    "OneTrust": "#onetrust-consent-sdk, #optanon",
    "Cookiebot": "#CybotCookiebotDialog, #CybotCookiebotDialogBodyUnderlay, #cookiebanner",
    "Didomi": "#didomi-host",
    "Quantcast": ".qc-cmp2-container, #qc-cmp2-container, .qc-cmp-ui-container",
    "TrustArc": "#truste-consent-track, #trustarc-banner-container, .truste_box_overlay, .truste_overlay",
    "Usercentrics": "#usercentrics-root, #usercentrics-cmp-ui, #uc-banner-modal",
    "Axeptio": "#axeptio_overlay, .axeptio_mount",
    "tarteaucitron": "#tarteaucitronRoot",
    "Sourcepoint": "[id^=sp_message_container]",
    "Cookie Consent": ".cc-window.cc-banner, .cc-window.cc-floating, .cc_banner-wrapper, #cc-main, #cc--main",
    "Klaro": ".klaro",
    "Complianz": ".cmplz-cookiebanner, #cmplz-cookiebanner-container",
    "CookieYes": ".cky-consent-container, .cky-overlay, #cookie-law-info-bar",
    "Borlabs": "#BorlabsCookieBox",
    "iubenda": "#iubenda-cs-banner",
    "Osano": ".osano-cm-window",
    "Termly": "#termly-code-snippet-support, .t-consentPrompt",
    "Google Funding Choices": ".fc-consent-root",
    "CookieFirst": "#cookiefirst-root, .cookiefirst-root",
    "Ketch": "#lanyard_root",
    "Shopify": "#shopify-pc__banner, .shopify-pc__banner__dialog",
    "HubSpot": "#hs-eu-cookie-confirmation",
    "Civic": "#ccc",
    "Commanders Act": "#popin_tc_privacy_container, #tc-privacy-wrapper",
    "consentmanager": "#cmpbox, #cmpbox2",
    "Moove": "#moove_gdpr_cookie_info_bar",
    "Cookie Notice": "#cookie-notice",
    "Drupal": "#sliding-popup.sliding-popup-bottom, #sliding-popup.sliding-popup-top",
    "AppConsent": "#appconsent",
    "Piwik PRO": "#ppms_cm_popup_overlay, #ppms_cm_consent_popup",
    "Transcend": "#transcend-consent-manager",
    "Magento": "#notice-cookie-block",
    "PrestaShop": "#lgcookieslaw_banner",
}


async def hide_banners(world: World) -> list[str]:
    """Hide everything that asks for consent; returns a note for each element hidden."""
    names = await world.run("banners", PLATFORMS)
    return [note("banner_of", name=name) if name else note("banner") for name in names]
